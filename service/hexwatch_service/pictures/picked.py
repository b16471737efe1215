"""The values of a file under the pixels of a frame, picked as rio-tiler picks them, to the pixel.

rio-tiler lays a virtual grid of the file's own pixels over what it is asked for; GDAL derives grids of all overviews
from it and takes one. Of all bands it picks nearest pixels for no more than it was asked for, of some bands for all of
the grid, to pick among these once more. Here only that one grid is made, over an overview that is open already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.dtypes import dtype_ranges
from rasterio.io import DatasetReader
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from rasterio.windows import from_bounds as window_of

from ..rasters import RasterFile
from .frame import Frame
from .opened import Grid, OpenFiles, Size, View

TOLERATED = 1.2, 0.1  # how much coarser than asked an overview may be (GDALBandGetBestOverviewLevel2)
MOST = 4_500_000  # pixels of a grid that are all made where some bands are asked for; rio-tiler knows no limit
LAST_DIGITS = 1e-6  # of a pixel
FULL = 255  # opacity of what is there

_system = lru_cache(256)(rasterio.CRS.from_user_input)


class Picked(NamedTuple):
    """Values (bands, height, width), and how opaque they are (height, width): 0 where there are none, up to 255."""

    values: NDArray[Any]
    opacity: NDArray[np.uint8]

    @property
    def there(self) -> NDArray[np.bool_]:
        """Where there are any (height, width): what is seen through is nobody's value."""
        return self.opacity == FULL


def picked(opened: OpenFiles, file: RasterFile, frame: Frame, bands: Sequence[int] = ()) -> Iterator[Picked]:
    """What a file has under a frame, of the bands that are drawn unless others are named; twice where it passes 180."""
    grid, view = opened.grid(file.href), opened.view(file.href, frame.crs)
    what = _What(opened, file, tuple(bands or file.rendering["indexes"]), grid, view)
    yield _straight(what, frame) if view.same else _warped(what, frame)
    turn = grid.turn
    if turn and view.same:
        west, south, east, north = frame.bounds
        beyond = west - turn, south, east - turn, north
        yield _straight(what, Frame(beyond, frame.crs, frame.width, frame.height))
    elif turn:
        yield _warped(what, frame, turn)


class _What(NamedTuple):
    """A file, the bands asked for, and how it lies."""

    opened: OpenFiles
    file: RasterFile
    indexes: tuple[int, ...]
    grid: Grid
    view: View


def _straight(what: _What, frame: Frame) -> Picked:
    """Of a file in the frame's own system, which is read directly."""
    inside = _all_inside(what.grid, frame)
    return _plain(what, frame, inside) if inside else _by_library(what, frame)


def _all_inside(grid: Grid, frame: Frame) -> Window | None:
    """The pixels under a frame, where all of it lies in a file of which every pixel is there."""
    if not grid.full:
        return None
    window = window_of(*frame.bounds, transform=grid.transform)
    (top, bottom), (left, right) = window.toranges()
    width, height = grid.sizes[0]
    return window if min(left, top) >= 0 and right <= width and bottom <= height else None


def _plain(what: _What, frame: Frame, window: Window) -> Picked:
    """What rio-tiler reads of the inside of a file without holes: there is nothing to find out."""
    shape = len(what.indexes), frame.height, frame.width
    window = _on_pixels(window, what.grid, frame)
    with what.opened.dataset(what.file.href) as dataset:
        values = dataset.read(list(what.indexes), window=window, out_shape=shape)
    return Picked(_unscaled(values, what.file, what.indexes), np.full(shape[1:], FULL, np.uint8))


def _on_pixels(window: Window, grid: Grid, frame: Frame) -> Window:
    """Without the last digits where the frame's pixels are those of one of the file's sizes: GDAL then copies them.

    Where they are not, the last digit may tell which pixel is nearest, and is kept as rio-tiler keeps it.
    """
    sides = np.array(window.flatten())
    whole = np.rint(sides)
    for size in grid.sizes:
        steps = whole / np.tile(np.divide(grid.sizes[0], size), 2)
        fits = steps[2] == frame.width and steps[3] == frame.height and not (steps % 1).any()
        if fits and np.abs(sides - whole).max() < LAST_DIGITS:
            return Window(*whole.astype(int).tolist())
    return window


def _by_library(what: _What, frame: Frame) -> Picked:
    """By rio-tiler itself."""
    with what.opened.reader(what.file) as reader:
        crs = _system(frame.crs)
        image = reader.part(
            frame.bounds, dst_crs=crs, bounds_crs=crs, width=frame.width, height=frame.height, indexes=what.indexes
        )
    if image.alpha_mask is not None:
        return Picked(image.array.data, _opacity(image.alpha_mask, own=True))
    hidden = np.asarray(np.ma.getmaskarray(image.array).any(axis=0))
    return Picked(image.array.data, _full(~hidden))


def _warped(what: _What, frame: Frame, turn: float = 0.0) -> Picked:
    """Of a file in another system, moved in its own."""
    grid = what.grid
    level, size = chosen_level(_over(frame, what.view), (frame.width, frame.height), grid.sizes)
    with what.opened.dataset(what.file.href, level) as dataset:
        t = dataset.transform
        moved = {"src_crs": grid.crs, "src_transform": rasterio.Affine(t.a, t.b, t.c + turn, t.d, t.e, t.f)}
        return _read(dataset, what, frame, size, moved if turn else {})


def _over(frame: Frame, view: View) -> Size:
    """Width and height of the grid of a file's own pixels over a frame; the frame's where its pixels are smaller."""
    west, south, east, north = frame.bounds
    x, y = (east - west) / frame.width, (north - south) / frame.height
    across, down = round((east - west) / min(view.pixel[0], x)), round((north - south) / min(view.pixel[1], y))
    return max(1, across), max(1, down)


def chosen_level(native: Size, frame: Size, sizes: tuple[Size, ...]) -> tuple[int, Size]:
    """The overview that GDAL takes for a frame, and its grid's size: the coarsest that is hardly coarser than asked."""
    wanted = min(native[0] / frame[0], native[1] / frame[1])
    level, grid, fold = 0, native, 0.0
    for at, size in enumerate(sizes[1:], 1):
        its = [
            max(1, int(n / (sizes[0][0] / size[0]) + 0.5)) for n in native
        ]  # widths alone tell how much coarser it is
        times = min(native[0] / its[0], native[1] / its[1])
        if fold < times < wanted * TOLERATED[0] + TOLERATED[1]:
            level, grid, fold = at, (its[0], its[1]), times
    return level, grid


def _read(dataset: DatasetReader, what: _What, frame: Frame, size: Size, moved: dict[str, Any]) -> Picked:
    """Of a grid of some size, or of the frame's where that is smaller."""
    grid, indexes = what.grid, list(what.indexes)
    empty = {"add_alpha": grid.alpha is None}
    if grid.nodata is not None:
        empty = {"nodata": grid.nodata, "src_nodata": grid.nodata, "add_alpha": False}
    bands = indexes if grid.nodata is not None else [*indexes, grid.alpha or dataset.count + 1]
    if set(range(1, dataset.count + 1)) <= set(bands) or size[0] * size[1] > MOST:
        size = min(size[0], frame.width), min(size[1], frame.height)
    over = {"transform": from_bounds(*frame.bounds, *size), "width": size[0], "height": size[1]}
    with WarpedVRT(dataset, crs=_system(frame.crs), **over, **empty, **moved) as warped:
        values = warped.read(bands, out_shape=(len(bands), frame.height, frame.width))
    if grid.nodata is None:
        opacity, values = _opacity(values[-1], own=grid.alpha is not None), values[:-1]
    else:
        opacity = _full(~(np.isnan(values) if np.isnan(grid.nodata) else values == grid.nodata).any(axis=0))
    return Picked(_unscaled(values, what.file, indexes), opacity)


def _opacity(alpha: NDArray[Any], *, own: bool) -> NDArray[np.uint8]:
    """What a band of opacity says, 0 to 255; GDAL's, made of a mask, ends at 255 whatever its type."""
    if own and alpha.dtype in (np.uint8, np.uint16):
        return (alpha // (np.iinfo(alpha.dtype).max // FULL)).astype(np.uint8)
    highest = dtype_ranges[str(alpha.dtype)][1]
    return _full(alpha == (FULL if not own and alpha.max(initial=0) == FULL else highest))


def _full(there: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return there * np.uint8(FULL)


def _unscaled(values: NDArray[Any], file: RasterFile, indexes: Sequence[int]) -> NDArray[Any]:
    """Values in the bands' unit."""
    if not file.scaled:
        return values
    bands = [next(b for b in file.bands if b["index"] == i) for i in indexes]
    scale, offset = (np.array([b[n] for b in bands]).reshape(-1, 1, 1) for n in ("scale", "offset"))
    return (values.astype(np.float32) * scale + offset).astype(np.float32)
