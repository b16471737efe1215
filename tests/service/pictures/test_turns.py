"""Frames that pass 180°, or go around the Earth: each of their pixels is drawn once, at its own place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas.hexgrid import HALF_WORLD
from hexwatch_service.pictures.frame import DEGREES, MERCATOR, TURNS, Frame, of_tile

HALF = {MERCATOR: HALF_WORLD, DEGREES: 180.0}


@given(st.sampled_from(sorted(HALF)), st.floats(-6, 6), st.floats(1e-4, 6), st.integers(1, 300))
def test_every_column_lies_in_one_turn(crs: str, west: float, wide: float, width: int) -> None:
    frame = Frame((west * HALF[crs], 1, (west + wide) * HALF[crs], 2), crs, width, 2)
    longitude = frame.centres()[0][0]
    drawn = np.full(width, np.nan)
    for columns, part in frame.turns():
        assert np.isnan(drawn[columns]).all()
        drawn[columns] = part.centres()[0][0]
    near = np.abs(longitude) < 180 * (2 * TURNS + 1) - 1e-6
    assert np.isfinite(drawn[near]).all()
    there = np.isfinite(drawn)
    turns = (drawn[there] - longitude[there]) / 360
    assert turns == pytest.approx(np.round(turns), abs=1e-6)
    assert (np.abs(drawn[there]) <= 180 + 1e-6).all()


@pytest.mark.parametrize("tile", [(0, 0, 0), (1, 1, 0), (9, 511, 3), (17, 0, 70_000)])
def test_a_tile_is_drawn_as_it_is(tile: tuple[int, int, int]) -> None:
    """To the last digit, by which the nearest pixel may be chosen."""
    ((columns, part),) = of_tile(*tile).turns()
    assert (columns, part) == (slice(0, 256), of_tile(*tile))


def test_other_systems_have_no_turns() -> None:
    frame = Frame((3e7, 0, 4e7, 1e7), "EPSG:32634")
    assert [part for _, part in frame.turns()] == [frame]
