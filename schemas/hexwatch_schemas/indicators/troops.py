"""Troops at standing posts whose strength is known, averaged over the days of the window."""

from hexwatch_schemas.indicators import Indicator

ORDER = 100
INDICATOR = Indicator(
    id="troops",
    title="Troops at posts of known strength (daily average)",
    unit="troops",
    formula="troop-days / days of the window",
    source="Geo-PKO codebook (Cil, Fjelde, Hultman & Nilsson 2020)",
    needs=frozenset({"troop_days"}),
    compute=lambda sums: sums.expected("troop_days") / sums.window.days,
    ramp="presence",
)
