"""How often those who look come upon incidents."""

from hexwatch_schemas.indicators import Indicator, ratio

ORDER = 162
INDICATOR = Indicator(
    id="encounter_rate",
    title="Incidents per patrolled hour (biased indicator)",
    unit="incidents per hour",
    formula="expected incidents / patrolled hours; biased: patrols go where incidents are, and drive them elsewhere",
    source="Catch per unit effort (Keane, Jones & Milner-Gulland 2011, Journal of Applied Ecology 48:5)",
    needs=frozenset({"events", "seconds"}),
    compute=lambda sums: ratio(sums.expected("events"), sums.expected("seconds") / 3600),
)
