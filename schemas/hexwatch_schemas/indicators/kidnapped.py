"""Expected number of people kidnapped in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 70
INDICATOR = Indicator(
    id="kidnapped",
    title="People kidnapped (expected)",
    unit="people",
    formula="sum of each report's kidnapped times its share in the cell",
    source="Aid Worker Security Database codebook",
    needs=frozenset({"kidnapped"}),
    compute=lambda sums: sums.expected("kidnapped"),
)
