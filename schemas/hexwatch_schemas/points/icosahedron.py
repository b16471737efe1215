"""The icosahedron that H3 lies on, and where each resolution-0 cell sits on its faces: all asked of libh3 itself.

Faces, planes and axes as in Sahr, White & Kimerling 2003 (Cartography and GIS 30:2). How libh3 numbers faces does not
matter here, nor which of a face's three axes it begins with: the grid of a face looks the same after a third of a turn,
and by how many sixths each base cell is turned against its face is found by comparing digits with libh3's.
"""

from __future__ import annotations

import itertools

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A cell of resolution 0 has this distance from its neighbours on a face's plane, the sphere's radius being 1.
SPACING = 2 / (3 + np.sqrt(5))
_TURN = float(np.arcsin(np.sqrt(3 / 28)))  # by which the axes of odd resolutions ("class III") are turned
_FACES = 20


def unit(lat: Floats, lon: Floats) -> Floats:
    """Unit vectors (…, 3) of degrees."""
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def vertices() -> Floats:
    """The icosahedron's vertices (12, 3), which are the centres of the twelve pentagons."""
    places = np.array([h3.cell_to_latlng(cell) for cell in h3.get_pentagons(0)])
    return unit(places[:, 0], places[:, 1])


def faces() -> Floats:
    """For even and odd resolutions (2), each face (20): unit vectors along the i axis, across it, and to its centre."""
    corners = vertices()
    edges = set(_edges())
    trios = [t for t in itertools.combinations(range(12), 3) if edges.issuperset(itertools.combinations(t, 2))]
    assert len(trios) == _FACES
    centre = _normed(corners[np.array(trios)].sum(axis=1))
    along = corners[np.array(trios)[:, 0]]
    along = _normed(along - (along * centre).sum(axis=1, keepdims=True) * centre)
    across = np.cross(centre, along)
    turned = _normed(np.cos(_TURN) * along + np.sin(_TURN) * across)
    planes: Floats = np.stack([
        np.stack([along, across, centre], axis=1),
        np.stack([turned, np.cross(centre, turned), centre], axis=1),
    ])  # fmt: skip
    return planes


def sides(centres: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Each face's neighbours (20, 3), and vectors (20, 3, 3): times a point, by how much that is nearer to the face."""
    neighbours = np.argsort(-(centres @ centres.T), axis=1)[:, 1:4]
    return neighbours.astype(np.int32), centres[:, None] - centres[neighbours]


def _normed(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float64)


def sample() -> tuple[Floats, Floats]:
    """Latitudes and longitudes (n) that meet every base cell on every face, and pentagons in every direction."""
    points = _normed(np.concatenate([_even(), _around_vertices(), _beside_edges()]))
    return np.degrees(np.arcsin(points[:, 2])), np.degrees(np.arctan2(points[:, 1], points[:, 0]))


def _even() -> Floats:
    """Fibonacci lattice over the sphere."""
    at = np.arange(2000) + 0.5
    return unit(np.degrees(np.arcsin(1 - at / 1000)), np.degrees(at * np.pi * (3 - np.sqrt(5))))


def _around_vertices() -> Floats:
    """Spirals that close in on the vertices."""
    turn, reach = np.arange(240)[:, None] * 2.4, 0.3 * 0.985 ** np.arange(240)[:, None]
    corners = vertices()[:, None]
    east = _normed(np.cross([0.0, 0.0, 1.0], corners))
    near = corners + reach * (np.sin(turn) * east + np.cos(turn) * np.cross(corners, east))
    return near.reshape(-1, 3)


def _beside_edges() -> Floats:
    """Lines along both sides of the edges: some cells reach over an edge by a sliver."""
    a, b = (vertices()[list(ends), None, None] for ends in zip(*_edges(), strict=True))
    along, aside = np.linspace(0.02, 0.98, 49)[:, None, None], np.array([-0.03, -0.01, 0.01, 0.03])[:, None]
    return (a + along * (b - a) + aside * np.cross(a, b)).reshape(-1, 3)


def _edges() -> list[tuple[int, ...]]:
    """Pairs of vertices: neighbours are 63 degrees apart, the next ones 117."""
    near = vertices() @ vertices().T > 0.4
    return [pair for pair in itertools.combinations(range(12), 2) if near[pair]]
