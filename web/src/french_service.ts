/** What the service says by itself, in French: by its English sentence. A test asks the service whether all is here. */

export const FRENCH_SERVICE: Record<string, string> = {
  "Incidents (expected)": "Incidents (attendus)",
  "Incidents per 100,000 people": "Incidents pour 100 000 habitants",
  "Incidents per 100,000 people (empirical Bayes)": "Incidents pour 100 000 habitants (Bayes empirique)",
  "Incidents (exact place)": "Incidents (lieu exact)",
  "Deaths (expected)": "Morts (attendues)",
  "Deaths (exact place)": "Morts (lieu exact)",
  "Deaths per incident": "Morts par incident",
  "Share of incidents with an exact place": "Part des incidents dont le lieu est exact",
  "People kidnapped (expected)": "Personnes enlevées (attendues)",
  "People wounded (expected)": "Personnes blessées (attendues)",
  "Standing posts (daily average)": "Postes fixes (moyenne par jour)",
  "Troops at posts of known strength (daily average)": "Effectifs des postes de force connue (moyenne par jour)",
  "Patrolled distance": "Distance patrouillée",
  "Patrolled time": "Temps de patrouille",
  "Patrolled time, times people": "Temps de patrouille, fois les personnes",
  "Visits": "Visites",
  "Patrols": "Patrouilles",
  "Days with a patrol": "Jours avec patrouille",
  "Nights spent by patrols": "Nuits passées par des patrouilles",
  "Days since the last visit": "Jours depuis la dernière visite",
  "Coverage of the required area": "Couverture de la zone requise",
  "Days without access": "Jours sans accès",
  "Incidents per patrolled hour (biased indicator)": "Incidents par heure patrouillée (indicateur biaisé)",
  "Population": "Population",
  "Total": "Total",
  "Mean value": "Valeur moyenne",

  "incidents": "incidents",
  "incidents per 100,000 people": "incidents pour 100 000 habitants",
  "deaths": "morts",
  "deaths per incident": "morts par incident",
  "share": "part",
  "people": "personnes",
  "posts": "postes",
  "troops": "militaires",
  "km": "km",
  "hours": "heures",
  "person-hours": "heures-personnes",
  "visits": "visites",
  "patrols": "patrouilles",
  "days": "jours",
  "nights": "nuits",
  "incidents per hour": "incidents par heure",
  "in the raster's unit": "dans l’unité de l’image",

  "sum of each report's share in the cell": "somme de la part de chaque fait dans la cellule",
  "100,000 x expected incidents / people; no value where nobody is known to live":
    "100 000 x incidents attendus / habitants ; sans valeur là où l’on ne connaît pas d’habitants",
  "mean + shrinkage x (incident_rate - mean); shrinkage = variance / (variance + mean / people)":
    "moyenne + contraction x (incident_rate - moyenne) ; contraction = variance / (variance + moyenne / habitants)",
  "count of reports known to lie in the cell": "nombre de faits dont on sait qu’ils sont dans la cellule",
  "sum of each report's deaths times its share in the cell": "somme des morts de chaque fait, fois sa part dans la cellule",
  "sum of deaths of reports known to lie in the cell": "somme des morts des faits dont on sait qu’ils sont dans la cellule",
  "expected deaths / expected incidents": "morts attendues / incidents attendus",
  "incidents with an exact place / expected incidents": "incidents dont le lieu est exact / incidents attendus",
  "sum of each report's kidnapped times its share in the cell":
    "somme des personnes enlevées de chaque fait, fois sa part dans la cellule",
  "sum of each report's wounded times its share in the cell":
    "somme des personnes blessées de chaque fait, fois sa part dans la cellule",
  "post-days / days of the window": "jours de poste / jours de la période",
  "troop-days / days of the window": "jours de militaire / jours de la période",
  "metres of all tracks in the cell / 1000": "mètres de toutes les traces dans la cellule / 1000",
  "seconds of all tracks in the cell / 3600": "secondes de toutes les traces dans la cellule / 3600",
  "seconds times the patrol's strength / 3600; patrols of unknown strength add nothing":
    "secondes fois l’effectif de la patrouille / 3600 ; une patrouille d’effectif inconnu n’ajoute rien",
  "entries of all tracks into the cell; a track that begins its day there has entered it":
    "entrées de toutes les traces dans la cellule ; une trace qui y commence sa journée y est entrée",
  "distinct tracks in the cell in the window; counted at each resolution, never summed over cells or days":
    "traces distinctes dans la cellule pendant la période ; comptées à chaque résolution, jamais sommées sur des cellules ou des jours",
  "distinct local days of the window with any track in the cell; several patrols on a day are one day":
    "jours locaux distincts de la période avec une trace dans la cellule ; plusieurs patrouilles d’un jour font un jour",
  "local midnights that found a track in the cell, each of the day that ends with it":
    "minuits locaux qui ont trouvé une trace dans la cellule, chacun du jour qui finit avec lui",
  "last day of the window (or of the data, if earlier) minus the last day in the window with a track":
    "dernier jour de la période (ou des données, s’il est antérieur) moins le dernier jour de la période avec une trace",
  "required base cells with any effort in the window / required base cells, both within the cell":
    "cellules de base requises visitées dans la période / cellules de base requises, les deux dans la cellule",
  "days of the window that any denial holds, each once; in a coarser cell the mean of its known base cells":
    "jours de la période que couvre un refus d’accès, chacun une fois ; dans une cellule plus grande, la moyenne de ses cellules de base connues",
  "expected incidents / patrolled hours; biased: patrols go where incidents are, and drive them elsewhere":
    "incidents attendus / heures patrouillées ; biaisé : les patrouilles vont où sont les incidents, et les déplacent",
  "sum of people, a pixel shared out by the exact fraction that each cell covers":
    "somme des habitants, un pixel étant partagé par la fraction exacte que couvre chaque cellule",
  "sum of values, a pixel shared out by the exact fraction that each cell covers":
    "somme des valeurs, un pixel étant partagé par la fraction exacte que couvre chaque cellule",
  "sum of value times area / sum of area, over the exact parts of pixels in the cell":
    "somme de la valeur fois la surface / somme des surfaces, sur les parts exactes des pixels dans la cellule",

  "A population raster (WorldPop and its like); coverage fractions by exactextract (Baston 2018)":
    "Une image de population (WorldPop et semblables) ; fractions de couverture par exactextract (Baston 2018)",
  "A raster of a field such as elevation; coverage fractions by exactextract (Baston 2018)":
    "Une image d’un champ tel que l’altitude ; fractions de couverture par exactextract (Baston 2018)",
  "A raster of counts or densities; coverage fractions by exactextract (Baston 2018)":
    "Une image de nombres ou de densités ; fractions de couverture par exactextract (Baston 2018)",
  "Access denials as reported; a denial known to an area closes the whole of it":
    "Refus d’accès tels que rapportés ; un refus connu pour une zone la ferme toute",
  "Aid Worker Security Database codebook": "Manuel de l’Aid Worker Security Database",
  "Catch per unit effort (Keane, Jones & Milner-Gulland 2011, Journal of Applied Ecology 48:5)":
    "Prises par unité d’effort (Keane, Jones & Milner-Gulland 2011, Journal of Applied Ecology 48:5)",
  "Croicu & Hegre (2018) for expected incidents; people of a raster by exact coverage (Baston 2018)":
    "Croicu & Hegre (2018) pour les incidents attendus ; habitants d’une image par couverture exacte (Baston 2018)",
  "Croicu & Hegre 2018; best estimate as in the UCDP GED codebook": "Croicu & Hegre 2018 ; meilleure estimation comme dans le manuel d’UCDP GED",
  "Croicu & Hegre 2018; days split evenly as in PRIO-GRID": "Croicu & Hegre 2018 ; jours partagés également comme dans PRIO-GRID",
  "Days of presence, as in occupancy surveys (MacKenzie et al. 2002, Ecology 83:8)":
    "Jours de présence, comme dans les relevés d’occupation (MacKenzie et al. 2002, Ecology 83:8)",
  "Geo-PKO codebook (Cil, Fjelde, Hultman & Nilsson 2020)": "Manuel de Geo-PKO (Cil, Fjelde, Hultman & Nilsson 2020)",
  "Length of the WGS84 geodesics between pings (Karney 2013), cut at cell borders":
    "Longueur des géodésiques WGS84 entre les positions (Karney 2013), coupées aux bords des cellules",
  "Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators. Applied Statistics 40:2":
    "Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators. Applied Statistics 40:2",
  "Patrol effort as time (Keane, Jones & Milner-Gulland 2011), shared by length at cell borders":
    "Effort de patrouille en temps (Keane, Jones & Milner-Gulland 2011), partagé selon la longueur aux bords des cellules",
  "Patrol effort as time (Keane, Jones & Milner-Gulland 2011), times strength":
    "Effort de patrouille en temps (Keane, Jones & Milner-Gulland 2011), fois l’effectif",
  "Patrol nights as the midnights that a patrol is out, put into the cell where midnight finds it":
    "Nuits de patrouille : les minuits où une patrouille est dehors, dans la cellule où minuit la trouve",
  "Ratio of the two expected masses (Croicu & Hegre 2018)": "Rapport des deux masses attendues (Croicu & Hegre 2018)",
  "Share of the area that patrols reached (Keane, Jones & Milner-Gulland 2011), on cells of equal size":
    "Part de la zone que les patrouilles ont atteinte (Keane, Jones & Milner-Gulland 2011), sur des cellules de même taille",
  "Time since the last visit; never counted from today, so that the same question keeps its answer":
    "Temps depuis la dernière visite ; jamais compté depuis aujourd’hui, pour que la même question garde sa réponse",
  "Tracks as their source tells them apart (a patrol, a sortie, a vehicle's run)":
    "Traces telles que leur source les distingue (une patrouille, une sortie, le trajet d’un véhicule)",
  "UCDP GED codebook, where_prec 1; ACLED codebook, geo_precision 1": "Manuel d’UCDP GED, where_prec 1 ; manuel d’ACLED, geo_precision 1",
  "UCDP GED codebook, where_prec; ACLED codebook, geo_precision": "Manuel d’UCDP GED, where_prec ; manuel d’ACLED, geo_precision",
  "Visit rate of patrols (Dobson et al. 2018); counted at each resolution by itself":
    "Fréquence des visites de patrouilles (Dobson et al. 2018) ; comptée à chaque résolution pour elle-même",

  "Coloured: reports lie, or may lie, in the hexagon": "En couleur : des faits sont, ou peuvent être, dans l’hexagone",
  "No hexagon: no report; nobody may have looked": "Sans hexagone : aucun fait ; peut-être personne n’a regardé",
  "Pale: visited, and nothing to show": "Pâle : visité, rien à montrer",
  "Empty outline: not visited": "Contour vide : non visité",
  "Grey: no access on any day": "Gris : aucun accès, aucun jour",
  "Coloured: reports in either window": "En couleur : des faits dans l’une ou l’autre période",
  "No hexagon: no report in either; nobody may have looked":
    "Sans hexagone : aucun fait dans aucune ; peut-être personne n’a regardé",
  "Coloured: a track lies in the hexagon": "En couleur : une trace passe dans l’hexagone",
  "No hexagon: no track in this window": "Sans hexagone : aucune trace dans cette période",
  "Coloured: tracks in either window": "En couleur : des traces dans l’une ou l’autre période",
  "No hexagon: no track in either": "Sans hexagone : aucune trace dans aucune",
  "Coloured: the raster has values there": "En couleur : l’image y a des valeurs",
  "No hexagon: the raster has none there": "Sans hexagone : l’image n’en a pas là",
  "Pale: visited in both windows, and nothing to compare": "Pâle : visité dans les deux périodes, rien à comparer",
  "Empty outline: not visited in one window, or in both": "Contour vide : non visité dans l’une des périodes, ou les deux",
  "Grey: no access in one window, or in both": "Gris : aucun accès dans l’une des périodes, ou les deux",

  "Deaths": "Morts",
  "Events": "Faits",
  "Metres": "Mètres",
  "Seconds": "Secondes",
  "Nights": "Nuits",
  "Person seconds": "Secondes-personnes",
  "Kidnapped": "Enlevés",
  "Wounded": "Blessés",
  "Troop days": "Jours de militaire",
  "Post days": "Jours de poste",
  "events": "faits",
  "metres": "mètres",
  "seconds": "secondes",
};

/** Sentences with something in them, the longer form first. */
export const FRENCH_FORMS: Record<string, string> = {
  "{0}: change": "{0} : évolution",
  "{0} per hexagon of about {1} km², {2} to {3} less {4} to {5}":
    "{0} par hexagone d’environ {1} km², du {2} au {3} moins du {4} au {5}",
  "{0} per hexagon of about {1} km²": "{0} par hexagone d’environ {1} km²",
  "no change": "pas de changement",
  "up by at most {0}": "hausse d’au plus {0}",
  "up by under {0}": "hausse de moins de {0}",
  "up by {0} to under {1}": "hausse de {0} à moins de {1}",
  "up by {0} to {1}": "hausse de {0} à {1}",
  "down by at most {0}": "baisse d’au plus {0}",
  "down by under {0}": "baisse de moins de {0}",
  "down by {0} to under {1}": "baisse de {0} à moins de {1}",
  "down by {0} to {1}": "baisse de {0} à {1}",
  "{0} to under {1}": "de {0} à moins de {1}",
  "under {0}": "moins de {0}",
  "{0} and more": "{0} et plus",
  "up to {0}": "jusqu’à {0}",
  "{0} to {1}": "de {0} à {1}",
  "any": "toute valeur",
};
