"""Expected number of deaths in a cell, by the sources' best estimates."""

from hexwatch_schemas.indicators import Indicator

ORDER = 30
INDICATOR = Indicator(
    id="deaths",
    title="Deaths (expected)",
    unit="deaths",
    formula="sum of each report's deaths times its share in the cell",
    source="Croicu & Hegre 2018; best estimate as in the UCDP GED codebook",
    needs=frozenset({"deaths"}),
    compute=lambda sums: sums.expected("deaths"),
)
