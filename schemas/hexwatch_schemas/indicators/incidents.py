"""Expected number of incidents in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 10
INDICATOR = Indicator(
    id="incidents",
    title="Incidents (expected)",
    unit="incidents",
    formula="sum of each report's share in the cell",
    source="Croicu & Hegre 2018; days split evenly as in PRIO-GRID",
    needs=frozenset({"events"}),
    compute=lambda sums: sums.expected("events"),
)
