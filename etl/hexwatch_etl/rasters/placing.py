"""Where on Earth a raster lies: its reference system, its footprint, and a reason where it lies nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError
from rasterio.crs import CRS
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from shapely.affinity import translate

from hexwatch_schemas.errors import UnreadableFile

Values = NDArray[np.float64]

_EARTH = (6.30e6, 6.45e6)  # metres: half axes of every ellipsoid of the Earth in use lie between
_EDGE = 21  # points a side: a straight side may be curved in degrees


@dataclass(frozen=True)
class Footprint:
    """Outline in degrees, cut at the antimeridian, and west, south, east, north (west > east where it is crossed)."""

    shape: shapely.MultiPolygon
    bounds: tuple[float, float, float, float]


def straightened(source: DatasetReader, name: str) -> DatasetReader | WarpedVRT:
    """The raster with north up: rows and columns turned round, a rotation undone, ground control points followed."""
    points, system = source.gcps
    if points and not source.crs:
        if system is None:
            raise UnreadableFile(f"{name} has control points without a reference system.", hint=_SAY)
        return WarpedVRT(source, src_crs=system, crs=system, **_emptiness(source))
    if source.crs is None or source.transform.is_identity or _has_north_up(source.transform):
        return source
    if source.transform.b or source.transform.d:
        return WarpedVRT(source, crs=source.crs, **_emptiness(source))
    full = all(MaskFlags.all_valid in flags for flags in source.mask_flag_enums)
    size = {"width": source.width, "height": source.height}
    grid = from_bounds(*_upright(source.bounds), **size)
    return WarpedVRT(source, crs=source.crs, transform=grid, **size, **({} if full else _emptiness(source)))


def _has_north_up(transform: Affine) -> bool:
    return transform.a > 0 > transform.e and not transform.b and not transform.d


def _emptiness(source: DatasetReader) -> dict[str, Any]:
    """How it is told what lies beside the source's pixels: by its own number or opacity, or else by one of ours.

    Of other types than these two GDAL takes no band of opacity for a mask.
    """
    if source.nodata is not None or "alpha" in [c.name for c in source.colorinterp]:
        return {}
    if source.dtypes[0] in ("uint8", "uint16"):
        return {"add_alpha": True}
    kind = np.dtype(source.dtypes[0])
    return {
        "nodata": np.nan if kind.kind == "f" else int(np.iinfo(kind).min if kind.kind == "i" else np.iinfo(kind).max)
    }


def _upright(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    return min(west, east), min(south, north), max(west, east), max(south, north)


_SAY = "Say which it has, for example: gdal_edit.py -a_srs EPSG:32633 FILE.tif"


def footprint(source: DatasetReader | WarpedVRT, name: str) -> Footprint:
    """Where the raster lies. Raises UnreadableFile where it has no place on Earth."""
    if source.crs is None:
        raise UnreadableFile(f"{name} does not say in which reference system it lies.", hint=_SAY)
    if source.transform.is_identity:
        raise UnreadableFile(f"{name} is a picture without a place: it has no geotransform.", hint="Georeference it.")
    longitude, latitude = _edge_in_degrees(source, earthly(source.crs, name), (0, 0, source.width, source.height))
    if not np.isfinite([longitude, latitude]).all() or np.abs(latitude).max() > 90.5 or np.ptp(longitude) > 361:
        raise UnreadableFile(
            f"{name} reaches beyond the Earth: its edges lie at {_span(longitude)}° east, {_span(latitude)}° north.",
            hint="Its reference system or geotransform is wrong.",
        )
    return _cut(longitude, np.clip(latitude, -90, 90))


def earthly(system: CRS, name: str) -> pyproj.CRS:
    """The reference system for PROJ, with or without a code. Raises UnreadableFile where it is not of the Earth."""
    try:
        found = pyproj.CRS.from_wkt(system.to_wkt())
        size = found.ellipsoid.semi_major_metre if found.ellipsoid else 0.0
    except CRSError as error:
        raise UnreadableFile(f"{name} has a reference system that cannot be understood.", hint=_SAY) from error
    if not _EARTH[0] < size < _EARTH[1]:
        raise UnreadableFile(f"{name} lies in {found.name!r}, which is not a system of the Earth.", hint=_SAY)
    if found.is_geocentric:
        raise UnreadableFile(f"{name} lies in {found.name!r}, geocentric: it has no plane for pixels.", hint=_SAY)
    return found


def window_outline(source: DatasetReader, window: Window) -> shapely.MultiPolygon:
    """The outline in degrees of a part of a raster that has a footprint."""
    part = (window.col_off, window.row_off, window.col_off + window.width, window.row_off + window.height)
    longitude, latitude = _edge_in_degrees(source, earthly(source.crs, source.name), part)
    return _cut(longitude, np.clip(latitude, -90, 90)).shape


def on_ground(transform: Affine, column: Values, row: Values) -> tuple[Values, Values]:
    """Coordinates (n) of places in an image."""
    return (
        transform.a * column + transform.b * row + transform.c,
        transform.d * column + transform.e * row + transform.f,
    )


def _edge_in_degrees(
    source: DatasetReader | WarpedVRT, system: pyproj.CRS, part: tuple[float, float, float, float]
) -> tuple[Values, Values]:
    """Longitudes, continuous (they may pass 180), and latitudes along the border of columns and rows."""
    left, top, right, bottom = part
    there = np.linspace(0, 1, _EDGE)[:-1]
    along = np.concatenate([there, np.ones(_EDGE - 1), 1 - there, np.zeros(_EDGE - 1)])
    down = np.roll(along, _EDGE - 1)
    x, y = on_ground(source.transform, left + along * (right - left), top + down * (bottom - top))
    try:
        to_degrees = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)
        longitude, latitude = to_degrees.transform(x, y) if not system.is_geographic else (x, y)
    except ProjError:
        return np.array([np.nan]), np.array([np.nan])
    return np.unwrap(longitude, period=360) if not system.is_geographic else longitude, np.asarray(latitude)


def _cut(longitude: Values, latitude: Values) -> Footprint:
    ring = shapely.Polygon(np.column_stack([longitude, latitude])).buffer(0)
    world = shapely.box(-180, -90, 180, 90)
    parts = [p for k in (-1, 0, 1) for p in _polygons(shapely.intersection(translate(ring, 360 * k), world))]
    west, east = float(longitude.min()), float(longitude.max())
    if east - west >= 360:
        west, east = -180.0, 180.0
    west, east = (v if abs(v) <= 180 else (v + 180) % 360 - 180 for v in (west, east))
    bounds = (west, float(latitude.min()), east, float(latitude.max()))
    return Footprint(shapely.MultiPolygon(parts), bounds)


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return [p for p in shapely.get_parts(shape).tolist() if p.geom_type == "Polygon" and p.area > 0]


def _span(values: Values) -> str:
    return f"{values.min():.6g} to {values.max():.6g}"
