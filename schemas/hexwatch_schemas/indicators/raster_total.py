"""What a raster of counts or densities sums to in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 310
INDICATOR = Indicator(
    id="raster_total",
    title="Total",
    unit="in the raster's unit",
    formula="sum of values, a pixel shared out by the exact fraction that each cell covers",
    source="A raster of counts or densities; coverage fractions by exactextract (Baston 2018)",
    needs=frozenset({"total"}),
    compute=lambda sums: sums.expected("total"),
    ramp="presence",
)
