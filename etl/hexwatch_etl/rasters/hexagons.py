"""Rasters into hexagons: each pixel is shared out over cells by the exact fraction of it that each one covers.

Coverage fractions: exactextract (Baston 2018), whose fractions of a pixel sum to one over cells that leave no gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import h3.api.basic_int as h3
import numpy as np
import pyproj
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.hexgrid import Cells

from .outlines import on_ground
from .placing import earthly, window_outline
from .said import Meaning
from .seams import projected

if TYPE_CHECKING:
    import pandas as pd

WINDOW = 1024  # pixels a side that are worked on at once
FINEST = 7  # unless somebody asks for finer
MOST_CELLS = 2_000_000
Summed = tuple[Cells, NDArray[np.float64]]  # cells (n) and amounts (n)


def into_cells(source: DatasetReader, meaning: Meaning, resolution: int) -> dict[str, Summed]:
    """By name, cells ascending and their amounts: `sum`; of a mean, `sum` of value times km2, and `km2`."""
    parts: dict[str, list[Summed]] = {}
    for window in _windows(source):
        for name, found in _of_window(source, window, meaning, resolution).items():
            parts.setdefault(name, []).append(found)
    return {name: added(found) for name, found in parts.items()}


def added(parts: Sequence[Summed]) -> Summed:
    """Sums by cell of several parts."""
    cells, at = np.unique(np.concatenate([cells for cells, _ in parts]), return_inverse=True)
    sums = np.bincount(at, np.concatenate([amounts for _, amounts in parts]), cells.size)
    return cells, sums.astype(np.float64)


def totals(source: DatasetReader) -> dict[Meaning, float]:
    """What the raster would sum to as counts and as densities: a person knows at a glance which one is right."""
    counts = density = 0.0
    for window in _windows(source):
        values = _values(source, window)
        counts += float(np.nansum(values))
        density += float(np.nansum(values * _areas_km2(source, window)))
    return {Meaning.COUNT: counts, Meaning.DENSITY: density}


def fitting_resolution(source: DatasetReader) -> int:
    """The finest resolution, up to 7, whose cells are not much smaller than a pixel."""
    middle = Window(source.width // 2, source.height // 2, 1, 1)  # pyright: ignore[reportCallIssue]
    pixel = float(_areas_km2(source, middle)[0, 0])
    return next((r for r in range(FINEST, 1, -1) if h3.average_hexagon_area(r, unit="km^2") >= pixel / 2), 1)


def _windows(source: DatasetReader) -> Iterator[Window]:
    for row in range(0, source.height, WINDOW):
        for column in range(0, source.width, WINDOW):
            size = min(WINDOW, source.width - column), min(WINDOW, source.height - row)
            yield Window(column, row, *size)  # pyright: ignore[reportCallIssue]


def _values(source: DatasetReader, window: Window) -> NDArray[np.float64]:
    """The first band's numbers in its unit, NaN where there is none."""
    read = source.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
    read[~np.isfinite(read)] = np.nan
    return read * source.scales[0] + source.offsets[0]


def _of_window(source: DatasetReader, window: Window, meaning: Meaning, resolution: int) -> dict[str, Summed]:
    values = _values(source, window)
    if np.isnan(values).all():
        return {}
    cells, outlines = _cells_over(source, window, resolution)
    if meaning is Meaning.COUNT:
        layers = {"sum": values}
    else:
        areas = np.where(np.isnan(values), np.nan, _areas_km2(source, window))
        layers = {"sum": values * areas} | ({"km2": areas} if meaning is Meaning.MEAN else {})
    return {name: _shared_out(source, window, layer, cells, outlines) for name, layer in layers.items()}


def _shared_out(
    source: DatasetReader, window: Window, layer: NDArray[np.float64], cells: Cells, outlines: gpd.GeoDataFrame
) -> Summed:
    west, south, east, north = source.window_bounds(window)
    raster = NumPyRasterSource(
        layer, xmin=west, ymin=south, xmax=east, ymax=north, nodata=np.nan, srs_wkt=source.crs.to_wkt()
    )
    found = cast("pd.DataFrame", exact_extract(raster, outlines, ["sum", "count"], output="pandas"))
    some = found["count"].to_numpy() > 0
    return cells[some], _with_total(found["sum"].to_numpy()[some], float(np.nansum(layer)))


def _with_total(amounts: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """Fractions come in single precision, so a ten-millionth may be lost: each amount gets its part of that back."""
    return amounts * (total / amounts.sum()) if amounts.size and amounts.min() >= 0 and total > 0 else amounts


def _cells_over(source: DatasetReader, window: Window, resolution: int) -> tuple[Cells, gpd.GeoDataFrame]:
    """All cells that touch a window, and their outlines in the raster's own reference system."""
    cells = _touching(window_outline(source, window), resolution)
    vertices, at = hexgrid.rings(cells)
    outlines = _in_raster(source, window, vertices, at)
    return cells, gpd.GeoDataFrame({"at": np.arange(cells.size, dtype=np.int32)}, geometry=outlines, crs=source.crs)


def _touching(outline: shapely.MultiPolygon, resolution: int) -> Cells:
    """Cells that overlap an outline in degrees; a little beyond, because its sides are straight only in the raster."""
    wide = outline.buffer(hexgrid.reach_degrees(resolution) / 4)
    found: set[int] = set()
    for west in range(-180, 180, 60):  # a polygon wider than half the Earth would mean the other half
        part = shapely.intersection(wide, shapely.box(west, -90, west + 60, 90))
        for polygon in shapely.get_parts(part).tolist():
            if polygon.area > 0:
                shape = h3.geo_to_h3shape(polygon)
                found.update(h3.h3shape_to_cells_experimental(shape, resolution, contain="overlap"))
    if len(found) > MOST_CELLS:
        raise UsageError(
            f"At resolution {resolution} the raster covers more than {MOST_CELLS:,} cells.",
            hint="Give a coarser one, for example --resolution 5.",
        )
    return np.array(sorted(found), np.int64)


def _in_raster(
    source: DatasetReader, window: Window, vertices: NDArray[np.float64], at: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Outlines of cells in the raster's reference system; a geographic one may count longitudes past 180."""
    if not source.crs.is_geographic:
        return projected(earthly(source.crs, source.name), vertices, at)
    west, _, east, _ = source.window_bounds(window)
    first = vertices[np.unique(at, return_index=True)[1], 0][at]
    turned = vertices + np.column_stack([360 * np.round(((west + east) / 2 - first) / 360), np.zeros(at.size)])
    return np.asarray(shapely.polygons(shapely.linearrings(turned, indices=at)), object)


def _areas_km2(source: DatasetReader, window: Window) -> NDArray[np.float64]:
    """Areas (rows, columns) of a window's pixels on the ellipsoid."""
    rows, columns = int(window.height), int(window.width)
    transform = source.window_transform(window)
    if source.crs.is_geographic:
        edges = transform.f + transform.e * np.arange(rows + 1)
        strip = np.abs(np.diff(_zone_km2(edges.clip(-90, 90)))) * abs(transform.a) / 360
        return np.broadcast_to(strip[:, None], (rows, columns))
    flat = abs(transform.determinant) * source.crs.linear_units_factor[1] ** 2 / 1e6
    return flat / _areal_scale(source, transform, rows, columns)


def _zone_km2(latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area of WGS84 between the equator and latitudes (Snyder 1987, eq. 3-12), signed."""
    a, e2 = 6378.137, 0.0066943799901413165
    e, sine = np.sqrt(e2), np.sin(np.radians(latitude))
    return np.pi * a * a * (1 - e2) * (sine / (1 - e2 * sine * sine) + np.arctanh(e * sine) / e)


def _areal_scale(source: DatasetReader, transform: Affine, rows: int, columns: int) -> NDArray[np.float64]:
    """How much larger the projection draws areas (rows, columns); smooth, so it is worked out on a coarse grid.

    Where some of that lies beyond the Earth, nothing can be drawn between: of each pixel, and infinite beyond.
    """
    down, along = np.linspace(0, rows, 9), np.linspace(0, columns, 9)
    scale = _areal_scales(source, transform, down, along)
    if not np.isfinite(scale).all():
        each = (np.arange(n, dtype=np.float64) + 0.5 for n in (rows, columns))
        return _areal_scales(source, transform, *each)
    across = np.array([np.interp(np.arange(columns) + 0.5, along, row) for row in scale])
    return np.array([np.interp(np.arange(rows) + 0.5, down, column) for column in across.T]).T


def _areal_scales(
    source: DatasetReader, transform: Affine, rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The same at all crossings of rows and columns."""
    projection = pyproj.Proj(earthly(source.crs, source.name))
    x, y = on_ground(transform, np.tile(columns, rows.size), np.repeat(rows, columns.size))
    factors = projection.get_factors(*projection(x, y, inverse=True))
    return np.asarray(factors.areal_scale).reshape(rows.size, columns.size)
