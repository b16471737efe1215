"""Indicators: pure functions of window sums."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from hexwatch_schemas import indicators
from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.indicators import WindowSums
from hexwatch_schemas.style import RAMPS
from hexwatch_schemas.windows import Window

MEASURES = ("events", "deaths", "kidnapped", "wounded", "post_days", "troop_days")
MEASURES += ("metres", "seconds", "person_seconds", "visits", "nights", "population", "total", "value_km2", "km2")
SUMS = WindowSums(
    np.arange(3, dtype=np.int64),
    Window(date(2024, 1, 1), date(2024, 1, 10)),
    precise={m: np.array([4.0, 0.0, 0.0]) for m in MEASURES},
    spread={m: np.array([1.0, 0.5, 0.0]) for m in MEASURES},
    counts={"tracks": np.array([3.0, 1, 0]), "days": np.array([2.0, 1, 0]), "since": np.array([0.0, 9, np.nan])}
    | {"required": np.array([19.0, 0, 4]), "covered": np.array([12.0, 0, 0]), "denied": np.array([0.0, 2.5, 10])}
    | {"people": np.array([10_000.0, np.nan, 0])},
)
EXPECTED = {
    "incidents": [5, 0.5, 0],
    "incident_rate": [50, np.nan, np.nan],
    "incident_rate_smoothed": [50, np.nan, np.nan],
    "incidents_precise": [4, 0, 0],
    "deaths": [5, 0.5, 0],
    "deaths_precise": [4, 0, 0],
    "deaths_per_incident": [1, 1, np.nan],
    "exact_share": [0.8, 0, np.nan],
    "kidnapped": [5, 0.5, 0],
    "wounded": [5, 0.5, 0],
    "posts": [0.5, 0.05, 0],
    "troops": [0.5, 0.05, 0],
    "patrol_km": [0.005, 0.0005, 0],
    "patrol_hours": [5 / 3600, 0.5 / 3600, 0],
    "person_hours": [5 / 3600, 0.5 / 3600, 0],
    "visits": [5, 0.5, 0],
    "patrols": [3, 1, 0],
    "patrol_days": [2, 1, 0],
    "patrol_nights": [5, 0.5, 0],
    "coverage": [12 / 19, np.nan, 0],
    "days_denied": [0, 2.5, 10],
    "encounter_rate": [3600, 3600, np.nan],
    "days_since_visit": [0, 9, np.nan],
    "population": [5, 0.5, 0],
    "raster_total": [5, 0.5, 0],
    "raster_mean": [1, 1, np.nan],
}


@pytest.mark.parametrize("name", indicators.registry())
def test_every_indicator_has_a_worked_number(name: str) -> None:
    found = indicators.get(name)
    np.testing.assert_allclose(found.compute(SUMS), EXPECTED[name])
    assert found.id == name == found.id.lower()
    assert all((found.formula, found.source, found.unit))
    assert found.ramp in RAMPS


def test_a_dataset_shows_what_its_measures_allow() -> None:
    assert [i.id for i in indicators.for_measures(["events"])] == ["incidents", "incidents_precise", "exact_share"]


def test_an_unknown_indicator_is_named() -> None:
    with pytest.raises(NotFound, match=r"'rainfall'.*incidents"):
        indicators.get("rainfall")
