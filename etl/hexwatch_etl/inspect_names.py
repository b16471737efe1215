"""Names under which people file dates, places and losses: English, French, Spanish, Portuguese, German."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    """A measure that is guessed by the name of its column."""

    title: str
    unit: str
    names: str


# Role = names as `plain` writes them, the most telling first.
NAMES: dict[str, str] = {
    "longitude": "longitude longitudedeg lon lng long longituddecimal easting coordx pointx x",
    "latitude": "latitude latitudedeg lat latitud latituddecimal northing coordy pointy y",
    "start": (
        "date eventdate incidentdate datestart startdate dateoccurred datetime timestamp occurred when "
        "dateevenement datedebut jour fecha fechainicio fechahora data datainicio datum beginn "
        "day month mois mes monat time"
    ),
    "end": "dateend enddate dateto until datefin fechafin datafim ende enddatum",
    "year": "year eventyear annee ano anio jahr",
    "month": "month eventmonth mois mes monat",
    "day": "day eventday jour dia tag",
    "id": "id eventid incidentid incidentnumber eventidcnty uuid guid globalid reference numero caseid",
    "revision": "revision version updatedat lastupdated lastmodified modified timestamp",
    "country": "country countryname pays pais land staat adm0 admin0 adm0name",
    "adm1": (
        "admin1 adm1 admin1name adm1name province region state governorate prefecture departement "
        "departamento provincia estado provinz"
    ),
    "adm2": "admin2 adm2 admin2name adm2name district county cercle territoire distrito municipio distrikt",
    "place": "location place locationname placename city town village lieu localite lugar ciudad local ort",
    "category": (
        "category eventtype incidenttype type meansofattack kind nature categorie typeincident categoria tipo "
        "kategorie typ art"
    ),
}

LOSSES: dict[str, Loss] = {
    "deaths": Loss(
        "Deaths",
        "deaths",
        "deaths fatalities killed totalkilled dead best morts tues deces muertos fallecidos victimasmortales mortos "
        "mortes tote getotete",
    ),
    "wounded": Loss(
        "Wounded",
        "people",
        "wounded injured injuries totalwounded blesses heridos feridos verletzte verwundete",
    ),
    "kidnapped": Loss(
        "Kidnapped",
        "people",
        "kidnapped abducted totalkidnapped enleves kidnappes secuestrados sequestrados entfuhrte",
    ),
}


def plain(name: str) -> str:
    """A column name without case, accents and marks: `Fecha_Inicio ` is fechainicio."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", "".join(letter for letter in bare if not unicodedata.combining(letter)))


def find(columns: list[str], names: str) -> list[str]:
    """Columns that bear one of these names, the most telling first."""
    rank = {name: position for position, name in enumerate(names.split())}
    return sorted((column for column in columns if plain(column) in rank), key=lambda column: rank[plain(column)])
