"""The outline in degrees of a part of an image: over a pole, across 180°, or partly beyond the Earth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from shapely.affinity import translate

Values = NDArray[np.float64]
Part = tuple[float, float, float, float]  # first column and row, and those behind the last

_EDGE = 21  # points a side: a straight side may be curved in degrees
_INSIDE = 65  # points a side, where corners lie beyond the Earth
_GAP = 20.0  # degrees of longitude without any of these points that are no sea between two of them


@dataclass(frozen=True)
class Footprint:
    """Outline in degrees, cut at the antimeridian, and west, south, east, north (west > east where it is crossed)."""

    shape: shapely.MultiPolygon
    bounds: tuple[float, float, float, float]


def outline(transform: Affine, system: pyproj.CRS, part: Part) -> Footprint:
    """Where a part of an image lies. Its bounds are not finite, or beyond the Earth, where it does not."""
    longitude, latitude = _in_degrees(transform, system, *_border(part))
    poles = _poles(transform, system, part)
    if not np.isfinite([longitude, latitude]).all() or len(poles) > 1:
        return _box(*_in_degrees(transform, system, *_grid(part)), poles)
    return _over_pole(longitude, latitude, poles[0]) if poles else _cut(longitude, latitude)


def on_ground(transform: Affine, column: Values, row: Values) -> tuple[Values, Values]:
    """Coordinates (n) of places in an image."""
    return (
        transform.a * column + transform.b * row + transform.c,
        transform.d * column + transform.e * row + transform.f,
    )


def _border(part: Part) -> tuple[Values, Values]:
    """Columns and rows around a part."""
    left, top, right, bottom = part
    there = np.linspace(0, 1, _EDGE)[:-1]
    along = np.concatenate([there, np.ones(_EDGE - 1), 1 - there, np.zeros(_EDGE - 1)])
    return left + along * (right - left), top + np.roll(along, _EDGE - 1) * (bottom - top)


def _grid(part: Part) -> tuple[Values, Values]:
    """Columns and rows all over a part."""
    left, top, right, bottom = part
    columns, rows = np.meshgrid(np.linspace(left, right, _INSIDE), np.linspace(top, bottom, _INSIDE))
    return columns.ravel(), rows.ravel()


def _in_degrees(transform: Affine, system: pyproj.CRS, column: Values, row: Values) -> tuple[Values, Values]:
    """Longitudes and latitudes; of a geographic system as it counts them; not finite beyond the Earth."""
    x, y = on_ground(transform, column, row)
    if system.is_geographic:
        return x, y
    try:
        return pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True).transform(x, y)
    except ProjError:
        return np.full(x.shape, np.nan), np.full(x.shape, np.nan)


def _poles(transform: Affine, system: pyproj.CRS, part: Part) -> list[float]:
    """Latitudes of the poles that lie inside, where a projection has them at a place."""
    if system.is_geographic:
        return []
    try:
        x, y = pyproj.Transformer.from_crs("EPSG:4326", system, always_xy=True).transform([0.0, 0.0], [90.0, -90.0])
    except ProjError:
        return []
    left, top, right, bottom = part
    some = np.isfinite(x) & np.isfinite(y)
    column, row = on_ground(~transform, np.asarray(x)[some], np.asarray(y)[some])
    inside = (left < column) & (column < right) & (top < row) & (row < bottom)
    return np.array([90.0, -90.0])[some][inside].tolist()


def _cut(longitude: Values, latitude: Values) -> Footprint:
    """The inside of a ring, whose longitudes may pass 180°."""
    longitude = np.unwrap(longitude, period=360)
    bounds = float(longitude.min()), float(latitude.min()), float(longitude.max()), float(latitude.max())
    ring = shapely.Polygon(np.column_stack([longitude, latitude.clip(-90, 90)])).buffer(0)
    return Footprint(_turned(ring), _one_turn(bounds))


def _over_pole(longitude: Values, latitude: Values, pole: float) -> Footprint:
    """What lies between a ring around a pole and the pole: every meridian passes the ring once."""
    turned = (longitude + 180) % 360 - 180
    order = np.argsort(turned)
    seam = float(np.interp(180, turned[order], latitude[order], period=360))
    side = list(zip(turned[order].tolist(), latitude[order].tolist(), strict=True))
    ring = shapely.Polygon([(-180, seam), *side, (180, seam), (180, pole), (-180, pole)]).buffer(0)
    low, high = sorted((pole, float(latitude.min() if pole > 0 else latitude.max())))
    return Footprint(_turned(ring), (-180.0, low, 180.0, high))


def _box(longitude: Values, latitude: Values, poles: list[float]) -> Footprint:
    """Around the places that are on Earth, a little wider; none where there is none."""
    there = np.isfinite(longitude) & np.isfinite(latitude)
    if not there.any():
        return Footprint(shapely.MultiPolygon(), (np.nan, np.nan, np.nan, np.nan))
    west, east = _span((longitude[there] + 180) % 360 - 180)
    across, up = 2 / _INSIDE * np.array([east - west, np.ptp(latitude[there])])
    ends = (-180.0, 180.0) if west >= -180 else (-540.0, 180.0)
    west, east = max(west - across, ends[0]), min(east + across, ends[1])
    heights = [float(latitude[there].min() - up), float(latitude[there].max() + up), *poles]
    bounds = west, max(-90.0, min(heights)), east, min(90.0, max(heights))
    return Footprint(_turned(shapely.box(*bounds)), _one_turn(bounds))


def _span(longitude: Values) -> tuple[float, float]:
    """West and east (at most a turn further) of longitudes, by their widest gap."""
    found = np.sort(longitude)
    gaps = np.diff(found, append=found[0] + 360)
    widest = int(gaps.argmax())
    if gaps[widest] < _GAP:
        return -180.0, 180.0
    return float(found[widest] + gaps[widest] - 360), float(found[widest])


def _one_turn(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Longitudes from -180 to 180."""
    west, south, east, north = bounds
    if east - west >= 360:
        return -180.0, south, 180.0, north
    west, east = (v if abs(v) <= 180 else (v + 180) % 360 - 180 for v in (west, east))
    return west, south, east, north


def _turned(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The shape between 180° west and east, whichever turn of the Earth it lies in."""
    world = shapely.box(-180, -90, 180, 90)
    parts = [shapely.intersection(translate(shape, 360 * k), world) for k in (-1, 0, 1)]
    found = [p for part in parts for p in shapely.get_parts(part).tolist()]
    return shapely.MultiPolygon([p for p in found if p.geom_type == "Polygon" and p.area > 0])
