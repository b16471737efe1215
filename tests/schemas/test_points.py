"""Cells of points by the kernel: equal to libh3's on every point, and decided without it nearly everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas import hexgrid
from hexwatch_schemas.points import from_points, hard
from hexwatch_schemas.points.cells import by_libh3, decided
from hexwatch_schemas.points.kernel import UNDECIDED
from hexwatch_schemas.settings import settings

EACH = 8_000  # points of each kind and resolution


@pytest.mark.parametrize("kind", hard.KINDS)
def test_all_points_get_the_cell_that_libh3_says(kind: str) -> None:
    for resolution in range(16):
        lat, lon = hard.KINDS[kind](np.random.default_rng((1, resolution)), EACH, resolution)
        assert np.array_equal(from_points(lon, lat, resolution), by_libh3(lat, lon, resolution))


@given(st.floats(-90, 90), st.floats(-360, 360), st.integers(0, 15))
def test_any_point_gets_the_cell_that_libh3_says(latitude: float, longitude: float, resolution: int) -> None:
    lat, lon = np.array([latitude]), np.array([longitude])
    assert np.array_equal(from_points(lon, lat, resolution), by_libh3(lat, lon, resolution))


def test_hardly_any_point_is_left_to_libh3() -> None:
    lat, lon = hard.even(np.random.default_rng(2), 100_000, 9)
    assert (decided(lat, lon % 360, 9) == UNDECIDED).mean() < 0.001


@pytest.mark.parametrize("place", [np.nan, np.inf, -np.inf])
def test_no_place_at_all_is_refused_as_libh3_does(place: float) -> None:
    here = np.zeros(3)
    with pytest.raises(Exception) as theirs:  # noqa: PT011  (whatever libh3 raises)
        by_libh3(np.array([place]), here[:1], 7)
    gone = np.array([0.0, place, 0.0])
    for lon, lat in ((gone, here), (here, gone)):
        with pytest.raises(theirs.type):
            from_points(lon, lat, 7)


def test_a_point_beyond_the_poles_or_a_turn_is_left_to_libh3() -> None:
    lat, lon = np.array([91.0, 10.0, 10.0]), np.array([5.0, 1e6, -725.5])
    assert np.array_equal(from_points(lon, lat, 7), by_libh3(lat, lon, 7))


@pytest.fixture
def libh3_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEXWATCH_POINTS_BY", "libh3")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("libh3_alone")
def test_a_setting_leaves_all_points_to_libh3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexwatch_schemas.points.from_points", None)
    lat, lon = hard.even(np.random.default_rng(3), 30_000, 7)
    assert np.array_equal(hexgrid.from_points(lon, lat, 7), by_libh3(lat, lon, 7))


def test_many_points_take_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("hexwatch_schemas.points.from_points", lambda *points: asked.append(len(points[0])))
    lat, lon = hard.even(np.random.default_rng(3), 30_000, 7)
    hexgrid.from_points(lon, lat, 7)
    hexgrid.from_points(lon[:100], lat[:100], 7)
    assert asked == [30_000]
