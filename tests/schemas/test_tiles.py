"""Tile addresses and the resolution drawn at a zoom."""

from __future__ import annotations

import h3.api.basic_int as h3
import pytest

from hexwatch_schemas.hexgrid import HALF_WORLD
from hexwatch_schemas.tiles import MAX_CELLS_PER_TILE, Tile, resolution_for_zoom, zooms_of_resolution


def test_the_whole_world_is_one_tile() -> None:
    assert Tile(0, 0, 0).bounds() == pytest.approx((-HALF_WORLD, -HALF_WORLD, HALF_WORLD, HALF_WORLD))


def test_rows_count_from_the_north() -> None:
    west, south, east, north = Tile(1, 1, 0).bounds()
    assert (west, south, east, north) == pytest.approx((0, 0, HALF_WORLD, HALF_WORLD))


@pytest.mark.parametrize(("z", "x", "y"), [(-1, 0, 0), (31, 0, 0), (3, 8, 0), (3, 0, -1), (2, 0, 10**26)])
def test_addresses_outside_the_pyramid(z: int, x: int, y: int) -> None:
    assert not Tile(z, x, y).valid


@pytest.mark.parametrize("base", range(1, 11))
def test_a_tile_at_the_equator_holds_few_enough_cells(base: int) -> None:
    for zoom in range(15):
        resolution = resolution_for_zoom(zoom, base)
        tile_km2 = min(510e6, (2 * HALF_WORLD / 1000 / 2**zoom) ** 2)
        assert resolution <= base
        assert tile_km2 / h3.average_hexagon_area(resolution) <= MAX_CELLS_PER_TILE
    assert resolution_for_zoom(14, base) == base


def test_every_zoom_has_one_resolution() -> None:
    bands = [zooms_of_resolution(r, 7, 0, 14) for r in range(1, 8)]
    assert sorted(z for band in bands for z in band) == list(range(15))
