"""Incidents whose place is exactly known."""

from hexwatch_schemas.indicators import Indicator

ORDER = 20
INDICATOR = Indicator(
    id="incidents_precise",
    title="Incidents (exact place)",
    unit="incidents",
    formula="count of reports known to lie in the cell",
    source="UCDP GED codebook, where_prec 1; ACLED codebook, geo_precision 1",
    needs=frozenset({"events"}),
    compute=lambda sums: sums.precise["events"],
)
