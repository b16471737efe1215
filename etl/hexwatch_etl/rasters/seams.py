"""Outlines of cells in a projection that cuts the Earth open along a meridian: a cell across it lies on both ends."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

_BESIDE = 1e-7  # degrees from the cut
_APART = 1e5  # metres between the two sides of one, hardly a cut otherwise
_STEPS = 32  # along a cut a side of a cell is curved


def projected(system: pyproj.CRS, vertices: NDArray[np.float64], at: NDArray[np.int64]) -> NDArray[np.object_]:
    """Polygons (n) of rings in degrees, whose longitudes are continuous, as a projection draws them."""
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", system, always_xy=True)
    plane = np.column_stack(to_plane.transform(*vertices.T))
    found = np.asarray(shapely.polygons(shapely.linearrings(plane, indices=at)), object)
    for cell, west in _cut_open(system, to_plane, vertices, at):
        ring = shapely.Polygon(vertices[at == cell])
        found[cell] = shapely.MultiPolygon([p for part in _halves(ring, west) for p in _drawn(to_plane, part)])
    return found


def _cut_open(
    system: pyproj.CRS, to_plane: pyproj.Transformer, vertices: NDArray[np.float64], at: NDArray[np.int64]
) -> list[tuple[int, float]]:
    """Cells across the cut, and the longitude at which each of them meets it."""
    cut = _origin(system) - 180
    first = np.unique(at, return_index=True)[1]
    least, most = (f.reduceat(vertices[:, 0], first) for f in (np.minimum, np.maximum))
    meets = cut + 360 * np.ceil((least - cut) / 360)
    across = np.flatnonzero((least < meets) & (meets < most))
    latitude = vertices[first[across], 1]
    sides = [np.array(to_plane.transform(meets[across] + d, latitude)) for d in (-_BESIDE, _BESIDE)]
    apart = np.hypot(*(sides[0] - sides[1])) > _APART
    return [(int(c), float(meets[c])) for c in across[apart]]


def _origin(system: pyproj.CRS) -> float:
    """The meridian in the middle."""
    operation = system.coordinate_operation
    params = operation.params if operation else []
    return next((float(p.value) for p in params if p.name.startswith("Longitude")), 0.0)


def _halves(ring: shapely.Polygon, cut: float) -> list[shapely.Geometry]:
    """What lies west and east of a cut, not quite up to it."""
    west, south, east, north = ring.bounds
    left = shapely.box(west - 1, south - 1, cut - _BESIDE, north + 1)
    right = shapely.box(cut + _BESIDE, south - 1, east + 1, north + 1)
    return [shapely.intersection(ring, side) for side in (left, right)]


def _drawn(to_plane: pyproj.Transformer, part: shapely.Geometry) -> list[shapely.Polygon]:
    if shapely.is_empty(part):
        return []
    _, south, _, north = shapely.bounds(part).tolist()
    fine = shapely.segmentize(part, max((north - south) / _STEPS, 1e-9))
    plane = shapely.transform(fine, lambda xy: np.column_stack(to_plane.transform(*xy.T)))
    return [p for p in shapely.get_parts(plane).tolist() if p.geom_type == "Polygon"]
