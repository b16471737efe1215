"""COGs as pixels: rio-tiler reads them from files that stay open, a small table colours them."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

# Before GDAL is there: drivers that would open what a file names are not registered at all. VRT stays, because rasterio
# reads beyond a raster's edge by one of its own; files are opened by GTiff alone, so no VRT of anybody else is one.
os.environ.setdefault("GDAL_SKIP", "MRF,GTI,HTTP,WMS,WCS,WMTS,STACIT,STACTA,PLMOSAIC,DAAS,EEDAI,NGW,OGCAPI,Zarr")
os.environ.setdefault("OGR_SKIP", "OGR_VRT")

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rio_tiler.colormap import cmap
from rio_tiler.errors import PointOutsideBounds
from rio_tiler.io import Reader

from ..rasters import RasterFile
from .frame import Frame
from .image import Pixels

ENVIRONMENT: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_CACHEMAX": 256,  # MB of unpacked blocks
    "GDAL_MAX_DATASET_POOL_SIZE": 100,
    "VRT_SHARED_SOURCE": "0",
}
CHEAP = 4_500_000  # pixels: 2048 a side, and some more
MOST_OPEN = 64  # files that stay open in a process


class OpenFiles:
    """Files that stay open between tiles, with GDAL's blocks of them. One reader is never in two threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: OrderedDict[int, tuple[str, DatasetReader]] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def reader(self, file: RasterFile, kind: type[Reader] = Reader) -> Iterator[Reader]:
        """A rio-tiler reader of a file, for one thread."""
        with rasterio.Env(**ENVIRONMENT):
            dataset = self._taken(file.href)
            yield kind(input=file.key, dataset=dataset, options={"unscale": True} if file.scaled else {})
            self._given_back(file.href, dataset)  # after an error it is closed by its last reference instead

    def _taken(self, href: str) -> DatasetReader:
        with self._lock:
            for at in reversed(self._idle):
                if self._idle[at][0] == href:
                    return self._idle.pop(at)[1]
        return rasterio.open(self._folder / href, driver="GTiff")

    def _given_back(self, href: str, dataset: DatasetReader) -> None:
        with self._lock:
            self._idle[id(dataset)] = href, dataset
            left = self._idle.popitem(last=False)[1] if len(self._idle) > MOST_OPEN else None
        if left:
            left[1].close()


def draw(files: Sequence[RasterFile], opened: OpenFiles, frame: Frame) -> Pixels:
    """The picture (height, width, 4) of files, newest first: an older one shows where newer ones have nothing."""
    picture = np.zeros((frame.height, frame.width, 4), np.uint8)
    for file in files:
        if _touches(file, frame):
            with opened.reader(file) as reader:
                for view in _views(reader):
                    _add(picture, view, file, frame)
        if picture[..., 3].min() > 0:
            break
    return picture


def _add(picture: Pixels, reader: Reader, file: RasterFile, frame: Frame) -> None:
    """Paint a file where the picture shows nothing yet, reading no more than the part where it lies.

    rio-tiler lays a grid of the file's own pixels over all that it is asked for: a tile of the whole world over a small
    file without overviews would take minutes.
    """
    part = _part(reader, frame)
    if part is None:
        return
    rows, columns = part
    crs, indexes = rasterio.CRS.from_user_input(frame.crs), tuple(file.rendering["indexes"])
    height, width = rows.stop - rows.start, columns.stop - columns.start
    bounds = frame.part(rows, columns)
    image = reader.part(bounds, dst_crs=crs, bounds_crs=crs, width=width, height=height, indexes=indexes)
    place = picture[rows, columns]
    place[...] = np.where(place[..., 3:] > 0, place, painted(image.array, file.rendering))


def _views(reader: Reader) -> Iterator[Reader]:
    """The file as it is; where its longitudes pass 180, also once around the Earth."""
    yield reader
    dataset = reader.dataset
    assert isinstance(dataset, DatasetReader), "made here"
    if not dataset.crs.is_geographic:
        return
    turn = -360.0 if dataset.bounds.right > 180.001 else 360.0 if dataset.bounds.left < -180.001 else 0.0
    if turn:
        t = dataset.transform
        moved = rasterio.Affine(t.a, t.b, t.c + turn, t.d, t.e, t.f)
        grid = {"crs": dataset.crs, "transform": moved, "width": dataset.width, "height": dataset.height}
        empty = {"add_alpha": True} if dataset.nodata is None else {"nodata": dataset.nodata}
        with WarpedVRT(dataset, src_crs=dataset.crs, src_transform=moved, **grid, **empty) as around:
            yield Reader(input=reader.input, dataset=around, options=reader.options)


def _part(reader: Reader, frame: Frame) -> tuple[slice, slice] | None:
    """Rows and columns of the frame where a file may lie; all where that is cheap or not to be told, None for none."""
    everything = slice(0, frame.height), slice(0, frame.width)
    if _native(reader, frame) <= CHEAP:
        return everything
    try:
        there = transform_bounds(reader.crs, frame.crs, *_on_earth(reader), densify_pts=21)
    except CPLE_BaseError:
        there = np.inf, np.inf, np.inf, np.inf
    if not np.isfinite(there).all() or there[0] > there[2]:
        return everything
    return frame.pixels(there)


def _native(reader: Reader, frame: Frame) -> float:
    """How many of the file's own pixels would fill the frame."""
    try:
        west, south, east, north = transform_bounds(frame.crs, reader.crs, *frame.bounds, densify_pts=21)
    except CPLE_BaseError:
        return np.inf
    count = abs((east - west) * (north - south) / cast("rasterio.Affine", reader.transform).determinant)
    return count if np.isfinite(count) else np.inf


def _on_earth(reader: Reader) -> tuple[float, float, float, float]:
    """Its bounds; of a geographic one no pole, which web mercator has at infinity."""
    west, south, east, north = reader.bounds
    if not reader.crs.is_geographic:
        return west, south, east, north
    return max(west, -180), max(min(south, north), -89.9), min(east, 180), min(max(south, north), 89.9)


def painted(image: np.ma.MaskedArray, rendering: Mapping[str, Any]) -> Pixels:
    """Values as colours, by rescale and colour map."""
    values, there = image.data, ~np.ma.getmaskarray(image).any(axis=0)
    if "rescale" in rendering:
        values = rescaled(values, rendering["rescale"])
    table = palette(rendering)
    if table is not None:
        found = table[values[0].clip(0, len(table) - 1).astype(np.int64)]
        found[..., 3] *= there
        return found
    found = np.empty((*values.shape[1:], 4), np.uint8)
    found[..., :3] = np.moveaxis(values[[0, 0, 0]] if len(values) < 3 else values[:3], 0, -1)
    found[..., 3] = there * np.uint8(255)
    return found


def rescaled(values: NDArray[Any], ranges: Sequence[Sequence[float]]) -> NDArray[np.uint8]:
    """Each band's range on 0 to 255, cut at its ends, as rio-tiler does it."""
    scaled = np.empty(values.shape, np.uint8)
    for band, (low, high), to in zip(values, ranges, scaled, strict=False):
        share = (np.nan_to_num(band.astype(np.float64), nan=low).clip(low, high) - low) / (high - low)
        to[...] = share * 255
    return scaled


def values_at(
    files: Sequence[RasterFile], opened: OpenFiles, longitude: float, latitude: float
) -> list[dict[str, Any]]:
    """By file, newest first: the value of each band at a place; nothing where it has none."""
    found = []
    for file in files:
        try:
            with opened.reader(file) as reader:
                point = reader.point(longitude, latitude, indexes=[b["index"] for b in file.bands])
        except PointOutsideBounds:
            continue
        if not np.ma.getmaskarray(point.array).all():
            numbers = np.ma.filled(point.array.astype(np.float64), np.nan).tolist()
            values = {b["name"]: v for b, v in zip(file.bands, numbers, strict=True)}
            found.append({"file": file.key, "taken": file.taken and str(file.taken), "values": values})
    return found


def colours_of(file: RasterFile, values: Sequence[float]) -> list[list[int]]:
    """Red, green, blue and opacity of values of a one-band raster, by the same steps as its pixels."""
    shape = np.ma.MaskedArray(np.array(values, np.float64).reshape(1, 1, -1), mask=False)
    return painted(shape, file.rendering)[0].tolist()


def table_of(rendering: Mapping[str, Any]) -> dict[int, tuple[int, ...]] | None:
    """The palette as rio-tiler takes it."""
    table = palette(rendering)
    return None if table is None else {value: tuple(colour) for value, colour in enumerate(table.tolist())}


def palette(rendering: Mapping[str, Any]) -> NDArray[np.uint8] | None:
    """Colours (n, 4) of values from 0; None where bands are colours."""
    named: Mapping[Any, Any]
    if "colormap_name" in rendering:
        named = cast("Mapping[Any, Any]", cmap.get(rendering["colormap_name"]))
    elif "colormap" in rendering:
        named = rendering["colormap"]
    else:
        return None
    table = np.zeros((max(256, *(int(value) + 1 for value in named)), 4), np.uint8)
    for value, colour in named.items():
        table[int(value)] = colour
    return table


def _touches(file: RasterFile, frame: Frame) -> bool:
    west, south, east, north = file.bounds
    left, bottom, right, top = frame.degrees
    across = west > east or right - left >= 360 or not (right < west or left > east)
    return across and not (top < south or bottom > north)
