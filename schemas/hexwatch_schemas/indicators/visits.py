"""How often patrols came to a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 140
INDICATOR = Indicator(
    id="visits",
    title="Visits",
    unit="visits",
    formula="entries of all tracks into the cell; a track that begins its day there has entered it",
    source="Visit rate of patrols (Dobson et al. 2018); counted at each resolution by itself",
    needs=frozenset({"visits"}),
    compute=lambda sums: sums.expected("visits"),
    ramp="presence",
)
