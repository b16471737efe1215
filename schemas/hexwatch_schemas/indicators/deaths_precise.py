"""Deaths in incidents whose place is exactly known."""

from hexwatch_schemas.indicators import Indicator

ORDER = 40
INDICATOR = Indicator(
    id="deaths_precise",
    title="Deaths (exact place)",
    unit="deaths",
    formula="sum of deaths of reports known to lie in the cell",
    source="UCDP GED codebook, where_prec 1; ACLED codebook, geo_precision 1",
    needs=frozenset({"deaths"}),
    compute=lambda sums: sums.precise["deaths"],
)
