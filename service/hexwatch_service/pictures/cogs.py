"""COGs as pixels: rio-tiler reads them from files that stay open, a small table colours them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from rio_tiler.colormap import cmap
from rio_tiler.errors import PointOutsideBounds

from ..rasters import RasterFile
from .frame import Frame
from .image import Pixels
from .mosaic import BoundedReader
from .opened import OpenFiles
from .picked import picked


def draw(files: Sequence[RasterFile], opened: OpenFiles, frame: Frame) -> Pixels:
    """The picture (height, width, 4) of files, newest first: an older one shows where newer ones have nothing."""
    picture: Pixels | None = None
    for file in files:
        for part in picked(opened, file, frame) if _touches(file, frame) else ():
            drawn = painted(part.values, part.opacity, file.rendering)
            picture = drawn if picture is None else _below(picture, drawn)
        if picture is not None and picture[..., 3].all():
            break
    return np.zeros((frame.height, frame.width, 4), np.uint8) if picture is None else picture


def _below(picture: Pixels, other: Pixels) -> Pixels:
    """A picture, and another one where it has nothing."""
    np.copyto(_whole(picture), _whole(other), where=picture[..., 3] == 0)
    return picture


def _whole(colours: Pixels) -> NDArray[np.uint32]:
    """The same bytes, one number a pixel."""
    return colours.view(np.uint32)[..., 0]


def painted(values: NDArray[Any], opacity: NDArray[np.uint8], rendering: Mapping[str, Any]) -> Pixels:
    """Values (bands, rows, columns) as colours, by rescale and colour map; nothing where there are none."""
    if "rescale" in rendering:
        values = rescaled(values, rendering["rescale"])
    table = palette(rendering)
    found = np.empty((*opacity.shape, 4), np.uint8)
    if table is not None:
        _whole(found)[...] = _whole(table)[values[0].clip(0, len(table) - 1).astype(np.intp)]
        own = found[..., 3].astype(np.uint16)
        found[..., 3] = (own * opacity + 127) // 255
    else:
        for channel in range(3):
            found[..., channel] = values[channel if len(values) >= 3 else 0]
        found[..., 3] = opacity
    if not opacity.all():
        _whole(found)[opacity == 0] = 0
    return found


def rescaled(values: NDArray[Any], ranges: Sequence[Sequence[float]]) -> NDArray[np.uint8]:
    """Each band's range on 0 to 255, cut at its ends, in the steps of rio-tiler: others end in another last digit.

    What is cut off below the point may then be a whole level: a value at the range's end is 255, and not 254.999.
    """
    scaled = np.empty(values.shape, np.uint8)
    for band, (low, high), to in zip(values, ranges, scaled, strict=False):
        share = np.clip(band, low, high, dtype=np.float64)
        share -= low
        share /= high - low
        share *= 255
        share[np.isnan(share)] = 0
        to[...] = share
    return scaled


def values_at(
    files: Sequence[RasterFile], opened: OpenFiles, longitude: float, latitude: float
) -> list[dict[str, Any]]:
    """By file, newest first: the value of each band at a place; nothing where it has none."""
    found = []
    for file in files:
        try:
            with opened.reader(file, BoundedReader) as reader:
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
    row = np.array(values, np.float64).reshape(1, 1, -1)
    return painted(row, np.full((1, len(values)), 255, np.uint8), file.rendering)[0].tolist()


def table_of(rendering: Mapping[str, Any]) -> dict[int, tuple[int, ...]] | None:
    """The palette as rio-tiler takes it."""
    table = palette(rendering)
    return None if table is None else {value: tuple(colour) for value, colour in enumerate(table.tolist())}


def palette(rendering: Mapping[str, Any]) -> Pixels | None:
    """Colours (n, 4) of values from 0; None where bands are colours."""
    if "colormap_name" in rendering:
        return _ramp(rendering["colormap_name"])
    return _table(rendering["colormap"]) if "colormap" in rendering else None


@cache
def _ramp(name: str) -> Pixels:
    return _table(cast("Mapping[Any, Any]", cmap.get(name)))


def _table(named: Mapping[Any, Any]) -> Pixels:
    table = np.zeros((max(256, *(int(value) + 1 for value in named)), 4), np.uint8)
    for value, colour in named.items():
        table[int(value)] = colour
    return table


def _touches(file: RasterFile, frame: Frame) -> bool:
    west, south, east, north = file.bounds
    left, bottom, right, top = frame.degrees
    across = west > east or right - left >= 360 or not (right < west or left > east)
    return across and not (top < south or bottom > north)
