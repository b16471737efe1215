"""COGs that stay open between pictures, each resolution by itself, under settings that let GDAL open nothing else."""

from __future__ import annotations

import math
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

# Before GDAL is there: drivers that would open what a file names are not registered at all. VRT stays, because rasterio
# reads beyond a raster's edge by one of its own; files are opened by GTiff alone, so no VRT of anybody else is one.
os.environ.setdefault("GDAL_SKIP", "MRF,GTI,HTTP,WMS,WCS,WMTS,STACIT,STACTA,PLMOSAIC,DAAS,EEDAI,NGW,OGCAPI,Zarr")
os.environ.setdefault("OGR_SKIP", "OGR_VRT")
os.environ.setdefault("GDAL_CACHEMAX", "512")  # MB of unpacked blocks; as an option of rasterio it would be bytes

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.io import DatasetReader
from rasterio.warp import calculate_default_transform
from rio_tiler.io import Reader

from ..rasters import Bounds, RasterFile
from .frame import HALF_TURN, MERCATOR

ENVIRONMENT: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_MAX_DATASET_POOL_SIZE": 100,
    "VRT_SHARED_SOURCE": "0",
}
MOST_OPEN = 128  # handles that stay open in a process
MERCATOR_END = 85.06  # degrees; beyond, rio-tiler does not look for the size of a pixel
WHOLE = -1  # the level that has all overviews
Size = tuple[int, int]  # width and height


@dataclass(frozen=True)
class Grid:
    """A file's pixels, and those of its overviews."""

    crs: rasterio.CRS
    transform: rasterio.Affine
    bounds: Bounds  # in its own system
    sizes: tuple[Size, ...]  # the file's own first, then its overviews', ever coarser
    nodata: float | None
    alpha: int | None  # the band that tells opacity
    full: bool  # no pixel can be missing

    @property
    def turn(self) -> float:
        """By how much a file that passes 180° is drawn once more, in its own system; else 0."""
        west, _, east, _ = self.bounds
        half = HALF_TURN.get("EPSG:4326" if self.crs.is_geographic else self.crs.to_string(), math.inf)
        beyond = half * (1 + 1e-5)
        return -2 * half if east > beyond else 2 * half if west < -beyond else 0.0


@dataclass(frozen=True)
class View:
    """How a file lies in another reference system."""

    pixel: tuple[float, float]  # width and height there of one of the file's pixels
    same: bool  # it is the file's own


class OpenFiles:
    """A pool: one handle is never in two threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: OrderedDict[int, tuple[tuple[str, int], DatasetReader]] = OrderedDict()
        self._lock = threading.Lock()
        self.grid = cache(self._grid)
        self.view = lru_cache(4096)(self._view)  # the systems that clients may name are many

    @contextmanager
    def reader(self, file: RasterFile, kind: type[Reader] = Reader) -> Iterator[Reader]:
        """A rio-tiler reader of a file, for one thread."""
        with self.dataset(file.href) as dataset:
            yield kind(input=file.key, dataset=dataset, options={"unscale": True} if file.scaled else {})

    @contextmanager
    def dataset(self, href: str, level: int = WHOLE) -> Iterator[DatasetReader]:
        """A file with its overviews, or one of its sizes alone (0: its own)."""
        with rasterio.Env(**ENVIRONMENT):
            dataset = self._taken((href, level))
            yield dataset
            self._given_back((href, level), dataset)  # after an error it is closed by its last reference instead

    def _taken(self, wanted: tuple[str, int]) -> DatasetReader:
        with self._lock:
            for at in reversed(self._idle):
                if self._idle[at][0] == wanted:
                    return self._idle.pop(at)[1]
        href, level = wanted
        alone: dict[str, Any] = {} if level == WHOLE else {"OVERVIEW_LEVEL": f"{level - 1}only" if level else "NONE"}
        return rasterio.open(self._folder / href, driver="GTiff", **alone)

    def _given_back(self, which: tuple[str, int], dataset: DatasetReader) -> None:
        with self._lock:
            self._idle[id(dataset)] = which, dataset
            left = self._idle.popitem(last=False)[1] if len(self._idle) > MOST_OPEN else None
        if left:
            left[1].close()

    def _grid(self, href: str) -> Grid:
        with self.dataset(href) as file:
            sizes = [(file.width, file.height)]
            colours = file.colorinterp
            alpha = colours.index(ColorInterp.alpha) + 1 if ColorInterp.alpha in colours else None
            full = all(MaskFlags.all_valid in flags for flags in file.mask_flag_enums)
            known = (file.crs, file.transform, tuple(file.bounds)), (file.nodata, alpha, full)
            levels = len(file.overviews(1))
        for level in range(1, levels + 1):
            with self.dataset(href, level) as overview:
                sizes.append((overview.width, overview.height))
        return Grid(*known[0], tuple(sizes), *known[1])

    def _view(self, href: str, system: str) -> View:
        grid, crs = self.grid(href), rasterio.CRS.from_user_input(system)
        if grid.crs == crs:
            return View((grid.transform.a, abs(grid.transform.e)), same=True)
        with rasterio.Env(**ENVIRONMENT):
            return View(_pixel(grid, crs), same=False)


def _pixel(grid: Grid, crs: rasterio.CRS) -> tuple[float, float]:
    """Size of a pixel as GDAL would choose it, as rio-tiler asks for it (`get_vrt_transform`)."""
    (width, height), (west, south, east, north) = grid.sizes[0], grid.bounds
    if grid.crs.to_epsg() == 4326 and crs.to_string() == MERCATOR:
        cut = max(south, -MERCATOR_END), min(north, MERCATOR_END)
        if cut[0] < cut[1] and cut != (south, north):
            height = round((cut[1] - cut[0]) / abs(grid.transform.e))
            south, north = cut
    found, _, _ = calculate_default_transform(grid.crs, crs, width, height, west, south, east, north)
    pixel = found.a, abs(found.e)
    return pixel if np.isfinite(pixel).all() else (math.inf, math.inf)  # where a picture of half the Earth has no size
