"""Standing posts, averaged over the days of the window."""

from hexwatch_schemas.indicators import Indicator

ORDER = 5  # before incidents: a dataset of posts is no dataset of reports
INDICATOR = Indicator(
    id="posts",
    title="Standing posts (daily average)",
    unit="posts",
    formula="post-days / days of the window",
    source="Geo-PKO codebook (Cil, Fjelde, Hultman & Nilsson 2020)",
    needs=frozenset({"post_days"}),
    compute=lambda sums: sums.expected("post_days") / sums.window.days,
    ramp="presence",
)
