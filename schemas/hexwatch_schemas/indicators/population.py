"""How many people live in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 300
INDICATOR = Indicator(
    id="population",
    title="Population",
    unit="people",
    formula="sum of people, a pixel shared out by the exact fraction that each cell covers",
    source="A population raster (WorldPop and its like); coverage fractions by exactextract (Baston 2018)",
    needs=frozenset({"population"}),
    compute=lambda sums: sums.expected("population"),
    ramp="presence",
)
