"""Points that are hardest to place, for proofs: on borders and vertices, by pentagons, where faces meet."""

from __future__ import annotations

from collections.abc import Callable

import h3.api.basic_int as h3
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from . import icosahedron

Floats = NDArray[np.float64]
Points = tuple[Floats, Floats]  # latitudes, longitudes

PER_CELL = 64  # points made from the border of one cell


def even(chance: Generator, count: int, _: int) -> Points:
    """Even over the world, some with longitudes beyond 180."""
    return np.degrees(np.arcsin(chance.uniform(-1, 1, count))), chance.uniform(-360, 360, count)


def borders(chance: Generator, count: int, resolution: int) -> Points:
    """On the edges and vertices of cells anywhere."""
    lat, lon = even(chance, 1 + count // PER_CELL, resolution)
    return _on_borders(chance, count, [h3.latlng_to_cell(y, x, resolution) for y, x in zip(lat, lon, strict=True)])


def pentagons(chance: Generator, count: int, resolution: int) -> Points:
    """On the edges and vertices of pentagons and of the cells around them."""
    near = [cell for pentagon in h3.get_pentagons(resolution) for cell in h3.grid_disk(pentagon, 3)]
    return _on_borders(chance, count, near)


def centres(chance: Generator, count: int, resolution: int) -> Points:
    """By the centres of cells, where digits are zero."""
    lat, lon = even(chance, 1 + count // PER_CELL, resolution)
    coarser = chance.integers(0, resolution + 1, lat.size)
    cells = [h3.latlng_to_cell(y, x, int(r)) for y, x, r in zip(lat, lon, coarser, strict=True)]
    places = np.array([h3.cell_to_latlng(cell) for cell in cells])
    return _shaken(chance, icosahedron.unit(*places[np.arange(count) % len(places)].T))


def faces(chance: Generator, count: int, _: int) -> Points:
    """On the edges of the icosahedron, at its vertices and at the centres of its faces."""
    middles = icosahedron.faces()[0, :, 2]
    corners = icosahedron.vertices()
    ends = np.array([(a, b) for a in range(12) for b in range(a) if corners[a] @ corners[b] > 0.4])
    a, b = corners[ends[chance.integers(0, len(ends), count)]].transpose(1, 0, 2)
    share = np.clip(chance.uniform(-0.2, 1.2, count), 0, 1)[:, None]
    on_edge = (1 - share) * a + share * b
    return _shaken(
        chance, np.where((np.arange(count) % 4 == 0)[:, None], middles[chance.integers(0, 20, count)], on_edge)
    )


def seams(chance: Generator, count: int, _: int) -> Points:
    """At the poles, along the antimeridian, the equator and the meridian of Greenwich."""
    tiny = 10 ** chance.uniform(-16, 1, count) * chance.choice([-1.0, 0.0, 1.0], count)
    lat, lon = even(chance, count, 0)
    kind = np.arange(count) % 4
    pole = np.clip(chance.choice([-90.0, 90.0], count) + tiny, -90, 90)
    lat = np.select([kind == 0, kind == 1], [pole, np.clip(tiny, -90, 90)], lat)
    return lat, np.select([kind == 2, kind == 3], [chance.choice([-180.0, 180.0, 360.0], count) + tiny, tiny], lon)


KINDS: dict[str, Callable[[Generator, int, int], Points]] = {
    kind.__name__: kind for kind in (even, borders, pentagons, centres, faces, seams)
}


def _on_borders(chance: Generator, count: int, cells: list[int]) -> Points:
    """Between neighbouring vertices of the cells, one time in four at a vertex."""
    chosen = chance.choice(len(cells), 1 + count // PER_CELL)
    rings = [np.array(h3.cell_to_boundary(cells[at])) for at in chosen]
    pairs = np.array([(r[v % len(r)], r[(v + 1) % len(r)]) for r in rings for v in range(PER_CELL)])[:count]
    a, b = icosahedron.unit(*pairs[:, 0].T), icosahedron.unit(*pairs[:, 1].T)
    share = np.clip(chance.uniform(-0.25, 1, count), 0, 1)[:, None]
    return _shaken(chance, (1 - share) * a + share * b)


def _shaken(chance: Generator, points: Floats) -> Points:
    """Moved by 1e-17 to 1e-5 of the radius: from less than a nanometre to sixty metres."""
    points = points / np.linalg.norm(points, axis=1, keepdims=True)
    points = points + chance.normal(size=points.shape) * 10 ** chance.uniform(-17, -5, (len(points), 1))
    return np.degrees(np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1]))), np.degrees(
        np.arctan2(points[:, 1], points[:, 0])
    )
