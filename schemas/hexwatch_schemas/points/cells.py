"""Cells of points: by the kernel where rounding cannot decide, by libh3 where it could, so always as libh3 says."""

from __future__ import annotations

from functools import lru_cache

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from . import icosahedron
from .kernel import UNDECIDED, Grid, decide

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]

_LEFT_TO_LIBH3 = -1
_ASKED = 4  # the resolution whose digits tell how a base cell is turned


def from_points(longitude: Floats, latitude: Floats, resolution: int) -> Cells:
    """Cells (n) of points in degrees, WGS84; equal to libh3's. Raises what libh3 raises for no place at all."""
    latitude, longitude = np.ascontiguousarray(latitude), np.ascontiguousarray(longitude)
    cells = decided(latitude, longitude, resolution)
    left = np.flatnonzero(cells == UNDECIDED)
    cells[left] = by_libh3(latitude[left], longitude[left], resolution)
    return cells


def by_libh3(lat: Floats, lon: Floats, resolution: int) -> Cells:
    """The same by libh3 alone, one point after another."""
    pairs = zip(lat.tolist(), lon.tolist(), strict=True)
    return np.fromiter((h3.latlng_to_cell(y, x, resolution) for y, x in pairs), np.int64, lat.size)


def decided(lat: Floats, lon: Floats, resolution: int) -> Cells:
    """Cells (n) by the kernel alone; UNDECIDED where it leaves them to libh3."""
    return _decided(lat, lon, resolution, _grid())


def _decided(lat: Floats, lon: Floats, resolution: int, grid: Grid) -> Cells:
    cells = np.empty(lat.size, np.int64)
    # Beyond a full turn the reduction of angles loses digits; no point at all (NaN) compares as false.
    near = (np.abs(lat) <= 90) & (np.abs(lon) <= 360)
    if not near.all():
        lat, lon = np.where(near, lat, 0.0), np.where(near, lon, 0.0)
    decide(lat, lon, resolution, grid, cells)
    cells[~near] = UNDECIDED
    return cells


@lru_cache
def _grid() -> Grid:
    planes = icosahedron.faces()
    numbered = np.broadcast_to((8 * np.arange(27, dtype=np.int16))[:, None], (20, 27, 8)).copy()
    flat = Grid(planes, *icosahedron.sides(planes[0, :, 2]), numbered, _turns())
    return flat._replace(seats=_seats(flat))


def _turns() -> NDArray[np.int16]:
    """Four digits at once (4096) after so many sixths of a turn (6): counterclockwise k, ik, i, ij, j, jk."""
    ring = [1, 5, 4, 6, 2, 3]
    table = np.zeros((6, 4096), np.int16)
    for turn in range(6):
        one = np.arange(8)
        one[ring] = np.roll(ring, -turn)
        for place in range(0, 12, 3):
            table[turn] |= (one[(np.arange(4096) >> place) & 7] << place).astype(np.int16)
    return table


def _seats(numbered: Grid) -> NDArray[np.int16]:
    """Asked of libh3, by comparing its digits with those of a grid where places are numbered and nothing is turned.

    Pentagons lack a sixth, so there the leading digit decides by how much libh3 turns the others.
    """
    lat, lon = icosahedron.sample()
    flat, cells = _decided(lat, lon, _ASKED, numbered), by_libh3(lat, lon, _ASKED)
    digits, turned = _digits(flat), _digits(cells)
    matches = numbered.turns[:, digits] == turned
    clear = (flat != UNDECIDED) & (matches.sum(axis=0) == 1)
    face = np.argmax(icosahedron.unit(lat, lon) @ numbered.planes[0, :, 2].T, axis=1)
    keys = np.stack([face, _base(flat), _leading(digits)])
    told = (8 * _base(cells) + matches.argmax(axis=0)).astype(np.int16)
    of_pentagon = np.isin(_base(cells), [h3.get_base_cell_number(cell) for cell in h3.get_pentagons(0)])
    seats = np.full((20, 27, 8), _LEFT_TO_LIBH3, np.int16)
    seats[tuple(keys[:, clear & of_pentagon])] = told[clear & of_pentagon]
    seats[tuple(keys[:2, clear & ~of_pentagon])] = told[clear & ~of_pentagon, None]
    return seats


def _base(cells: Cells) -> Cells:
    return (cells >> 45) & 127


def _digits(cells: Cells) -> Cells:
    return (cells >> (45 - 3 * _ASKED)) & 4095


def _leading(digits: Cells) -> Cells:
    groups = np.stack([(digits >> shift) & 7 for shift in (9, 6, 3, 0)])
    return np.take_along_axis(groups, (groups > 0).argmax(axis=0)[None], axis=0)[0]
