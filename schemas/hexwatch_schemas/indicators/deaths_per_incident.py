"""How deadly incidents are."""

from hexwatch_schemas.indicators import Indicator, ratio

ORDER = 50
INDICATOR = Indicator(
    id="deaths_per_incident",
    title="Deaths per incident",
    unit="deaths per incident",
    formula="expected deaths / expected incidents",
    source="Ratio of the two expected masses (Croicu & Hegre 2018)",
    needs=frozenset({"events", "deaths"}),
    compute=lambda sums: ratio(sums.expected("deaths"), sums.expected("events")),
)
