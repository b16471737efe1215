"""The hexagon grid: H3 cells as 64-bit integers in numpy arrays, as text for people, as outlines for maps.

H3: Sahr, White & Kimerling 2003 (Cartography and GIS 30:2); h3geo.org for the index layout.
"""

from __future__ import annotations

from collections.abc import Iterable

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from .settings import settings

Cells = NDArray[np.int64]

EARTH_RADIUS = 6378137.0  # metres, sphere of EPSG:3857
HALF_WORLD = np.pi * EARTH_RADIUS  # metres from the centre of the mercator square to its side
_WORTH_COMPILING = 20_000  # points: libh3 takes some 15 ms for them, the kernel one, once it is there
MERCATOR_LATITUDE = 85.0511287798066  # degrees; the square ends here


def to_text(cell: int) -> str:
    """The 15-character form: JavaScript cannot hold the number."""
    return f"{int(cell):x}"


def from_text(text: str) -> int:
    """Cell of its text form. Raises ValueError where it is none."""
    cell = int(text, 16)
    if not h3.is_valid_cell(cell):
        raise ValueError(f"{text} is not an H3 cell")
    return cell


def to_parent(cells: Cells, resolution: int) -> Cells:
    """Parents (same shape) at a coarser or equal resolution, by bit arithmetic: unused digits are 7."""
    cleared = cells & ~np.int64(15 << 52)
    return cleared | np.int64(resolution << 52) | np.int64((1 << (45 - 3 * resolution)) - 1)


def from_points(longitude: NDArray[np.float64], latitude: NDArray[np.float64], resolution: int) -> Cells:
    """Cells (n) of points in degrees, WGS84: by libh3, or by the kernel that equals it where compiling it pays."""
    if len(longitude) >= _WORTH_COMPILING and settings().points_by == "kernel":
        from . import points  # noqa: PLC0415  (numba takes a second to import, and few need it)

        return points.from_points(longitude, latitude, resolution)
    pairs = zip(latitude.tolist(), longitude.tolist(), strict=True)
    return np.fromiter((h3.latlng_to_cell(lat, lon, resolution) for lat, lon in pairs), np.int64, len(longitude))


def centres(cells: Cells) -> NDArray[np.float64]:
    """Longitude and latitude (n, 2) of the cells' centres, degrees."""
    latlng = np.array([h3.cell_to_latlng(c) for c in cells.tolist()], np.float64).reshape(-1, 2)
    return latlng[:, ::-1]


def reach_degrees(resolution: int) -> float:
    """Upper bound of the distance from a cell's centre to its vertices, degrees of arc: twice the average edge."""
    return float(np.degrees(2 * h3.average_hexagon_edge_length(resolution, unit="km") / 6371.007180918475))


def areas_km2(cells: Cells) -> NDArray[np.float64]:
    """Areas (n) on the sphere, km2."""
    return np.fromiter((h3.cell_area(c, unit="km^2") for c in cells.tolist()), np.float64, len(cells))


def mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """EPSG:3857 metres (…, 2) of degrees; latitudes beyond the square are put on its edge."""
    latitude = np.clip(lonlat[..., 1], -MERCATOR_LATITUDE, MERCATOR_LATITUDE)
    y = np.log(np.tan((90 + latitude) * np.pi / 360)) * EARTH_RADIUS
    return np.stack([lonlat[..., 0] * (np.pi / 180) * EARTH_RADIUS, y], axis=-1)


def rings(cells: Cells) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices (v, 2) of all outlines in degrees, longitudes continuous (they may pass 180), and their cells (v)."""
    polar = _polar_cells(cells)
    rings = [_polar_ring(c, polar[c]) if c in polar else h3.cell_to_boundary(c) for c in cells.tolist()]
    counts = np.fromiter((len(r) for r in rings), np.int64, len(rings))
    flat = np.array([vertex for ring in rings for vertex in ring], np.float64).reshape(-1, 2)[:, ::-1]
    first = np.repeat(flat[np.concatenate([[0], counts.cumsum()[:-1]]), 0], counts)
    at = np.repeat(np.arange(len(rings)), counts)
    unwrapped = flat[:, 0] - 360 * np.round((flat[:, 0] - first) / 360)
    is_polar = np.isin(cells, list(polar))[at]
    return np.stack([np.where(is_polar, flat[:, 0], unwrapped), flat[:, 1]], axis=1), at


def _polar_cells(cells: Cells) -> dict[int, float]:
    """Those of the cells that hold a pole, with its latitude."""
    resolutions = {h3.get_resolution(c) for c in cells.tolist()}
    return {h3.latlng_to_cell(pole, 0, r): pole for r in resolutions for pole in (-90.0, 90.0)}


def _polar_ring(cell: int, pole: float) -> list[tuple[float, float]]:
    """Latitude and longitude around a pole, cut open at the antimeridian and led along the pole."""
    ring = sorted(h3.cell_to_boundary(cell), key=lambda vertex: vertex[1])
    west, east = (ring[-1][0], ring[-1][1] - 360), (ring[0][0], ring[0][1] + 360)
    return [west, *ring, east, (pole, east[1]), (pole, west[1])]


_WORLD = shapely.box(-HALF_WORLD, -HALF_WORLD, HALF_WORLD, HALF_WORLD)


def _cut(polygon: BaseGeometry) -> shapely.MultiPolygon:
    """Parts of a polygon that reaches over the antimeridian, each on its own side (RFC 7946, 3.1.9)."""
    shifted = (shapely.transform(polygon, lambda xy, k=k: xy + np.array([2 * HALF_WORLD * k, 0])) for k in (-1, 0, 1))
    inside = shapely.get_parts(shapely.union_all([shapely.intersection(part, _WORLD) for part in shifted]))
    return shapely.MultiPolygon([p for p in inside if p.geom_type == "Polygon" and p.area > 0])


def outlines(cells: Cells) -> NDArray[np.object_]:
    """MultiPolygons (n) in EPSG:3857; empty for a cell wholly beyond the mercator square."""
    vertices, at = rings(cells)
    xy = mercator(vertices)
    polygons = np.asarray(shapely.polygons(shapely.linearrings(xy, indices=at)), dtype=object)
    whole = np.asarray(shapely.multipolygons(polygons, indices=np.arange(cells.size)), dtype=object)
    odd = np.unique(at[(np.abs(xy[:, 0]) > HALF_WORLD) | (np.abs(vertices[:, 1]) > MERCATOR_LATITUDE)])
    whole[odd] = [_cut(polygon) for polygon in polygons[odd].tolist()]
    return whole


def disk(longitude: float, latitude: float, radius_km: float, resolution: int) -> Cells:
    """Cells whose centres lie within a distance of a point; at least the point's own. Right at poles and pentagons."""
    return disks(np.array([[longitude, latitude]]), radius_km, resolution)[0]


def disks(lonlat: NDArray[np.float64], radius_km: float, resolution: int) -> list[Cells]:
    """The disks around points (n, 2); each cell's centre is worked out once for all of them."""
    # Neighbouring centres are 1.73 edges apart on average and never less than 1.2 (edges vary from 0.75 to 1.2).
    rings = int(radius_km / (1.2 * h3.average_hexagon_edge_length(resolution, unit="km"))) + 1
    middles = from_points(lonlat[:, 0], lonlat[:, 1], resolution)
    near = [np.array(h3.grid_disk(m, rings), np.int64) for m in middles.tolist()]
    union = np.unique(np.concatenate(near)) if near else np.empty(0, np.int64)
    where = centres(union)
    return [
        _within_km(candidates, where[np.searchsorted(union, candidates)], point, radius_km, middle)
        for candidates, point, middle in zip(near, lonlat, middles, strict=True)
    ]


def _within_km(
    cells: Cells, where: NDArray[np.float64], point: NDArray[np.float64], radius_km: float, middle: np.int64
) -> Cells:
    inside = great_circle_km(where, point) <= radius_km
    return np.sort(cells[inside]) if inside.any() else np.array([middle], np.int64)


def great_circle_km(lonlat: NDArray[np.float64], point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances (n) on the sphere that H3 uses (haversine, 6371.007 km)."""
    a, b = np.radians(lonlat), np.radians(point)
    half = np.sin((a - b) / 2) ** 2
    return 2 * 6371.007180918475 * np.arcsin(np.sqrt(half[:, 1] + np.cos(a[:, 1]) * np.cos(b[1]) * half[:, 0]))


def within(polygon: BaseGeometry, resolution: int) -> Cells:
    """Cells whose centres lie in a (multi)polygon in degrees; at least the one of a point inside."""
    shape = h3.geo_to_h3shape(polygon)
    cells = np.array(sorted(h3.h3shape_to_cells(shape, resolution)), np.int64)
    if cells.size:
        return cells
    inside = polygon.representative_point()
    return np.array([h3.latlng_to_cell(inside.y, inside.x, resolution)], np.int64)


def bounds(cells: Cells) -> list[float]:
    """West, south, east, north in degrees around the cells' outlines; west > east where the antimeridian is crossed."""
    vertices, _ = rings(cells)
    polar = bool(np.isin(cells, list(_polar_cells(cells))).any())
    west, east = (-180.0, 180.0) if polar else _narrowest_span(vertices[:, 0])
    south, north = np.clip([vertices[:, 1].min(), vertices[:, 1].max()], -90, 90)
    return [west, float(south), east, float(north)]


def _narrowest_span(longitudes: NDArray[np.float64]) -> tuple[float, float]:
    """The interval that leaves out the widest empty stretch of the parallel."""
    around = np.unique((longitudes + 180) % 360 - 180)
    gaps = np.diff(np.append(around, around[0] + 360))
    widest = int(gaps.argmax())
    if gaps[widest] < 10:  # nearly everywhere: say so, instead of an odd seam
        return -180.0, 180.0
    return float(around[(widest + 1) % around.size]), float(around[widest])


def texts(cells: Iterable[int]) -> list[str]:
    """The 15-character forms."""
    return [to_text(c) for c in cells]
