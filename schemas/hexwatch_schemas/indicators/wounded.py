"""Expected number of people wounded in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 80
INDICATOR = Indicator(
    id="wounded",
    title="People wounded (expected)",
    unit="people",
    formula="sum of each report's wounded times its share in the cell",
    source="Aid Worker Security Database codebook",
    needs=frozenset({"wounded"}),
    compute=lambda sums: sums.expected("wounded"),
)
