"""Readers for TiTiler: of one file rio-tiler's own within a limit, of several all of them as one, the newest on top."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import attr
import numpy as np
import rasterio
from affine import Affine
from morecantile import TileMatrixSet
from numpy.typing import NDArray
from rasterio.transform import from_bounds
from rasterio.warp import transform_bounds
from rasterio.windows import Window
from rasterio.windows import bounds as window_bounds
from rasterio.windows import from_bounds as window_of
from rio_tiler.constants import WGS84_CRS
from rio_tiler.errors import PointOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData, Info, PointData
from rio_tiler.utils import output_size

from hexwatch_schemas.errors import UsageError

from ..rasters import Bounds, RasterFile
from .frame import Frame
from .opened import OpenFiles
from .picked import Picked, picked

MOST_PIXELS = 20_000_000  # of the file's own size


class BoundedReader(Reader):
    """rio-tiler's reader, which lays a grid of the file's own pixels over what it is asked for: a limit on that."""

    def part(self, bbox: Any, dst_crs: Any = None, bounds_crs: Any = WGS84_CRS, **how: Any) -> ImageData:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The part. Raises UsageError where it is too large."""
        west, south, east, north = transform_bounds(bounds_crs, self.crs, *bbox, densify_pts=21)
        grid, size = cast("Affine", self.transform), cast("int", self.width) * cast("int", self.height)
        pixel = abs(grid.a * grid.e) or math.inf
        asked = (east - west) * (north - south) / pixel
        if not 0 <= asked <= max(MOST_PIXELS, 4 * size):
            raise UsageError("The part is far too large.", hint="Ask for a smaller one, or for tiles.")
        return super().part(bbox, dst_crs=dst_crs, bounds_crs=bounds_crs, **how)

    def point(self, lon: float, lat: float, coord_crs: Any = WGS84_CRS, **how: Any) -> PointData:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The values at a place, in whichever turn of the Earth the file counts it. Raises PointOutsideBounds."""
        try:
            return super().point(lon, lat, coord_crs=coord_crs, **how)
        except PointOutsideBounds:
            west, _, east, _ = self.bounds
            turned = lon + 360 * math.ceil((west - lon) / 360)
            if coord_crs != WGS84_CRS or not self.crs.is_geographic or not lon != turned <= east:
                raise
            return super().point(turned, lat, coord_crs=coord_crs, **how)


@attr.s
class Mosaic(Reader):
    """Several files as one, in their reference system, or in degrees where they have several.

    Pixels are the nearest ones: other resampling is refused. Options and values of bands are those of the newest file.
    """

    files: Sequence[RasterFile] = attr.ib(default=(), kw_only=True)
    opened: OpenFiles = attr.ib(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        grids = [self.opened.grid(f.href) for f in self.files]
        same = all(g.crs == grids[0].crs for g in grids)
        self.crs = grids[0].crs if same else WGS84_CRS
        self.bounds = _around([g.bounds for g in grids] if same else [_one_side(f.bounds) for f in self.files])
        x, y = self.opened.view(self.files[0].href, self.crs.to_string()).pixel
        west, south, east, north = self.bounds
        self.width, self.height = max(1, round((east - west) / x)), max(1, round((north - south) / y))
        self.transform = from_bounds(*self.bounds, self.width, self.height)

    def info(self) -> Info:
        """Of the newest file, with the size of all together."""
        told = super().info().model_dump()
        return Info.model_validate({**told, "width": self.width, "height": self.height, "files": len(self.files)})

    def read(self, indexes: Any = None, expression: Any = None, dst_crs: Any = None, **how: Any) -> ImageData:
        """All of it."""
        del expression
        return self.part(self.bounds, dst_crs or self.crs, self.crs, indexes, **how)

    def part(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, bbox: Any, dst_crs: Any = None, bounds_crs: Any = WGS84_CRS, indexes: Any = None,
        max_size: int | None = None, width: int | None = None, height: int | None = None, **how: Any,
    ) -> ImageData:  # fmt: skip
        """The part, of each place the newest file that has something there. Raises UsageError."""
        crs, aligned = dst_crs or bounds_crs, how.pop("align_bounds_with_dataset", False)
        _refuse({name for name, value in how.items() if value and name not in self.options})
        bounds = bbox if crs == bounds_crs else transform_bounds(bounds_crs, crs, *bbox, densify_pts=21)
        bounds = self._on_grid(bounds) if aligned and crs == self.crs else bounds
        frame = self._frame(bounds, crs, {"output_width": width, "output_height": height, "max_size": max_size})
        bands = tuple(indexes or self.files[0].rendering["indexes"])
        return ImageData(
            _merged(self._parts(frame, bands), (len(bands), frame.height, frame.width)),
            bounds=frame.bounds, crs=crs, band_names=[f"b{i}" for i in bands],
            band_descriptions=[b["name"] for i in bands for b in self.files[0].bands if b["index"] == i],
            scales=[1.0] * len(bands), offsets=[0.0] * len(bands),
        )  # fmt: skip

    def point(self, lon: float, lat: float, coord_crs: Any = WGS84_CRS, **how: Any) -> PointData:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The values of the newest file that has some there. Raises PointOutsideBounds."""
        found: PointData | None = None
        for file in self.files:
            with self.opened.reader(file, BoundedReader) as reader:
                try:
                    found = reader.point(lon, lat, coord_crs=coord_crs, **how)
                except PointOutsideBounds:
                    continue
            if not np.ma.getmaskarray(found.array).all():
                break
        if found is None:
            raise PointOutsideBounds("Point is outside all files.")
        return found

    def _on_grid(self, bounds: Bounds) -> Bounds:
        """Widened to whole pixels."""
        ranges = window_of(*bounds, transform=self.transform).toranges()
        rows, columns = ((math.floor(round(first, 6)), math.ceil(round(last, 6))) for first, last in ranges)
        return window_bounds(Window.from_slices(rows, columns, boundless=True), self.transform)

    def _frame(self, bounds: Bounds, crs: rasterio.CRS, asked: dict[str, int | None]) -> Frame:
        west, south, east, north = bounds
        x, y = self.opened.view(self.files[0].href, crs.to_string()).pixel
        height, width = output_size(dataset_height=(north - south) / y, dataset_width=(east - west) / x, **asked)
        return Frame((west, south, east, north), crs.to_string(), width, height).checked()

    def _parts(self, frame: Frame, bands: tuple[int, ...]) -> Iterator[Picked]:
        for file in self.files:
            if {b["index"] for b in file.bands} >= set(bands):
                yield from picked(self.opened, file, frame, bands)


@contextmanager
def reading(opened: OpenFiles, files: Sequence[RasterFile], tms: TileMatrixSet | None = None) -> Iterator[Reader]:
    """A reader of files, newest first, that stay open."""
    first = files[0]
    with opened.dataset(first.href) as dataset:
        said: dict[str, Any] = {
            "input": first.key,
            "dataset": dataset,
            "options": {"unscale": True} if first.scaled else {},
        }
        reader = Mosaic(**said, files=files, opened=opened) if len(files) > 1 else BoundedReader(**said)
        if tms is not None:
            reader.tms = tms
        yield reader


def _merged(parts: Iterator[Picked], shape: tuple[int, int, int]) -> np.ma.MaskedArray:
    """Values and where there are none; of several parts the first that has something."""
    values: NDArray[Any] | None = None
    there = np.zeros(shape[1:], np.bool_)
    for part in parts:
        if values is None:
            values = np.zeros(shape, part.values.dtype)
        values = values.astype(np.result_type(values, part.values), copy=False)
        np.copyto(values, part.values, where=part.there & ~there)
        there |= part.there
        if there.all():
            break
    if values is None:
        raise UsageError("No file has all of these bands.")
    return np.ma.MaskedArray(values, np.broadcast_to(~there, shape).copy())


def _refuse(options: set[str]) -> None:
    if options:
        raise UsageError(
            f"{', '.join(sorted(options))}: is not offered of several files.", hint="Choose one of them by datetime."
        )


def _around(boxes: Sequence[Bounds]) -> Bounds:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _one_side(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    return bounds if west <= east else (-180.0, south, 180.0, north)
