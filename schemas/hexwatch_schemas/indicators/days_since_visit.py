"""How long ago a patrol was last in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 153
INDICATOR = Indicator(
    id="days_since_visit",
    title="Days since the last visit",
    unit="days",
    formula="last day of the window (or of the data, if earlier) minus the last day in the window with a track",
    source="Time since the last visit; never counted from today, so that the same question keeps its answer",
    needs=frozenset({"visits"}),
    compute=lambda sums: sums.counts["since"],
    ramp="share",
    from_zero=True,
)
