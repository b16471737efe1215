"""Where on Earth a raster lies: its reference system, its footprint, and a reason where it lies nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely
from affine import Affine
from pyproj.exceptions import CRSError
from rasterio.crs import CRS
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from hexwatch_schemas.errors import UnreadableFile

from .outlines import Footprint, outline

_EARTH = (6.30e6, 6.45e6)  # metres: half axes of every ellipsoid of the Earth in use lie between


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
    lies = outline(source.transform, earthly(source.crs, name), (0, 0, source.width, source.height))
    west, south, east, north = lies.bounds
    if not np.isfinite(lies.bounds).all() or max(-south, north) > 90.5 or _turns(source) > 361 / 360:
        raise UnreadableFile(
            f"{name} reaches beyond the Earth: its edges lie at {west:.6g} to {east:.6g}° east, {south:.6g} to "
            f"{north:.6g}° north.",
            hint="Its reference system or geotransform is wrong.",
        )
    return Footprint(lies.shape, (west, max(south, -90.0), east, min(north, 90.0)))


def _turns(source: DatasetReader | WarpedVRT) -> float:
    """How often the raster goes around the Earth, as far as its reference system tells."""
    return (source.bounds.right - source.bounds.left) / 360 if source.crs.is_geographic else 0.0


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
    return outline(source.transform, earthly(source.crs, source.name), part).shape
