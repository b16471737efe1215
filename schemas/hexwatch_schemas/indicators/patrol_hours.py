"""How long patrols were in a cell, standing or moving."""

from hexwatch_schemas.indicators import Indicator

ORDER = 120
INDICATOR = Indicator(
    id="patrol_hours",
    title="Patrolled time",
    unit="hours",
    formula="seconds of all tracks in the cell / 3600",
    source="Patrol effort as time (Keane, Jones & Milner-Gulland 2011), shared by length at cell borders",
    needs=frozenset({"seconds"}),
    compute=lambda sums: sums.expected("seconds") / 3600,
    ramp="presence",
)
