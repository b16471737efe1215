"""How much of what should be visited was visited."""

from hexwatch_schemas.indicators import Indicator, ratio

ORDER = 160
INDICATOR = Indicator(
    id="coverage",
    title="Coverage of the required area",
    unit="share",
    formula="required base cells with any effort in the window / required base cells, both within the cell",
    source="Share of the area that patrols reached (Keane, Jones & Milner-Gulland 2011), on cells of equal size",
    needs=frozenset({"required"}),
    compute=lambda sums: ratio(sums.counts["covered"], sums.counts["required"]),
    ramp="share",
    from_zero=True,
)
