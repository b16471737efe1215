"""On how many days nobody could go to a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 161
INDICATOR = Indicator(
    id="days_denied",
    title="Days without access",
    unit="days",
    formula="days of the window that any denial holds, each once; in a coarser cell the mean of its known base cells",
    source="Access denials as reported; a denial known to an area closes the whole of it",
    needs=frozenset({"denied"}),
    compute=lambda sums: sums.counts["denied"],
    ramp="harm",
)
