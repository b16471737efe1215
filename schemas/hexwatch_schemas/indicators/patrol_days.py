"""On how many days patrols were in a cell."""

from hexwatch_schemas.indicators import Indicator

ORDER = 151
INDICATOR = Indicator(
    id="patrol_days",
    title="Days with a patrol",
    unit="days",
    formula="distinct local days of the window with any track in the cell; several patrols on a day are one day",
    source="Days of presence, as in occupancy surveys (MacKenzie et al. 2002, Ecology 83:8)",
    needs=frozenset({"visits"}),
    compute=lambda sums: sums.counts["days"],
    ramp="presence",
)
