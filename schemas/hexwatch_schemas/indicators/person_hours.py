"""How long people on patrol were in a cell, where strength is known."""

from hexwatch_schemas.indicators import Indicator

ORDER = 130
INDICATOR = Indicator(
    id="person_hours",
    title="Patrolled time, times people",
    unit="person-hours",
    formula="seconds times the patrol's strength / 3600; patrols of unknown strength add nothing",
    source="Patrol effort as time (Keane, Jones & Milner-Gulland 2011), times strength",
    needs=frozenset({"person_seconds"}),
    compute=lambda sums: sums.expected("person_seconds") / 3600,
    ramp="presence",
)
