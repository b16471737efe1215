"""How far patrols went in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 110
INDICATOR = Indicator(
    id="patrol_km",
    title="Patrolled distance",
    unit="km",
    formula="metres of all tracks in the cell / 1000",
    source="Length of the WGS84 geodesics between pings (Karney 2013), cut at cell borders",
    needs=frozenset({"metres"}),
    compute=lambda sums: sums.expected("metres") / 1000,
    ramp="presence",
)
