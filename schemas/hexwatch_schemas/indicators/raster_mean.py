"""The mean of a raster's values over a cell."""

from hexwatch_schemas.indicators import Indicator, ratio

ORDER = 320
INDICATOR = Indicator(
    id="raster_mean",
    title="Mean value",
    unit="in the raster's unit",
    formula="sum of value times area / sum of area, over the exact parts of pixels in the cell",
    source="A raster of a field such as elevation; coverage fractions by exactextract (Baston 2018)",
    needs=frozenset({"value_km2", "km2"}),
    compute=lambda sums: ratio(sums.expected("value_km2"), sums.expected("km2")),
    ramp="share",
)
