"""How many nights patrols spent in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 152
INDICATOR = Indicator(
    id="patrol_nights",
    title="Nights spent by patrols",
    unit="nights",
    formula="local midnights that found a track in the cell, each of the day that ends with it",
    source="Patrol nights as the midnights that a patrol is out, put into the cell where midnight finds it",
    needs=frozenset({"nights"}),
    compute=lambda sums: sums.expected("nights"),
    ramp="presence",
)
