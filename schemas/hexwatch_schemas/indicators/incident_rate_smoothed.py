"""The same, where few people live drawn to the mean of the layer."""

from hexwatch_schemas.analysis.rates import empirical_bayes
from hexwatch_schemas.indicators import Indicator

ORDER = 13
INDICATOR = Indicator(
    id="incident_rate_smoothed",
    title="Incidents per 100,000 people (empirical Bayes)",
    unit="incidents per 100,000 people",
    formula="mean + shrinkage x (incident_rate - mean); shrinkage = variance / (variance + mean / people)",
    source="Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators. Applied "
    "Statistics 40:2",
    needs=frozenset({"events", "people"}),
    compute=lambda sums: empirical_bayes(sums.expected("events"), sums.counts["people"]),
)
