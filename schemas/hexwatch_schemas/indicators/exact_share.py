"""How much of what a cell shows is known to lie there."""

from hexwatch_schemas.indicators import Indicator, ratio

ORDER = 60
INDICATOR = Indicator(
    id="exact_share",
    title="Share of incidents with an exact place",
    unit="share",
    formula="incidents with an exact place / expected incidents",
    source="UCDP GED codebook, where_prec; ACLED codebook, geo_precision",
    needs=frozenset({"events"}),
    compute=lambda sums: ratio(sums.precise["events"], sums.expected("events")),
    ramp="share",
)
