"""How many patrols came to a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 150
INDICATOR = Indicator(
    id="patrols",
    title="Patrols",
    unit="patrols",
    formula="distinct tracks in the cell in the window; counted at each resolution, never summed over cells or days",
    source="Tracks as their source tells them apart (a patrol, a sortie, a vehicle's run)",
    needs=frozenset({"visits"}),
    compute=lambda sums: sums.counts["tracks"],
    ramp="presence",
)
