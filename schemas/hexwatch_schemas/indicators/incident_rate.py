"""How many incidents there were for those who live there."""

from hexwatch_schemas.analysis.rates import rates
from hexwatch_schemas.indicators import Indicator

ORDER = 12
INDICATOR = Indicator(
    id="incident_rate",
    title="Incidents per 100,000 people",
    unit="incidents per 100,000 people",
    formula="100,000 x expected incidents / people; no value where nobody is known to live",
    source="Croicu & Hegre (2018) for expected incidents; people of a raster by exact coverage (Baston 2018)",
    needs=frozenset({"events", "people"}),
    compute=lambda sums: rates(sums.expected("events"), sums.counts["people"]),
)
