"""Hexagons as pixels: the cell of each pixel's centre, coloured by the classes of style and legend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas import hexgrid
from hexwatch_schemas.classification import Class
from hexwatch_schemas.hexgrid import Cells
from hexwatch_schemas.indicators import Values
from hexwatch_schemas.style import OPACITY, colours

from .frame import Frame
from .image import Pixels

FINER = 2  # points a side in each pixel: the edges of hexagons are soft, their insides exact


def draw(cells: Cells, values: Values, classes: Sequence[Class], ramp: str, resolution: int, frame: Frame) -> Pixels:
    """The picture (height, width, 4) of cells, ascending, with a value each."""
    found = classified(values, classes)
    palette = np.zeros((len(classes) + 1, 4), np.uint8)  # the last one is for no class
    for at, shade in enumerate(colours(ramp, len(classes)) if classes else []):
        palette[at] = [*bytes.fromhex(shade[1:]), round(255 * OPACITY)]
    at = positions(cells, frame.finer(FINER), resolution)
    return _softened(palette[np.where(at < 0, len(classes), np.append(found, len(classes))[at])])


def classified(values: Values, classes: Sequence[Class]) -> NDArray[np.int64]:
    """The class of each value; as many as there are classes where it has none."""
    if not classes:
        return np.zeros(values.size, np.int64)
    found = np.searchsorted([c.low for c in classes], values, side="right") - 1
    fits = (values >= classes[0].low) & (values <= classes[-1].high)
    return np.where(fits, found, len(classes))


def positions(cells: Cells, frame: Frame, resolution: int) -> NDArray[np.int64]:
    """For each pixel (height, width) the position of its cell among ascending ones, -1 where it is not there."""
    longitude, latitude = frame.centres()
    valid = np.isfinite(longitude) & np.isfinite(latitude) & (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    at = np.full(longitude.shape, -1, np.int64)
    if not cells.size or not valid.any():
        return at
    wanted = hexgrid.from_points(longitude[valid], latitude[valid], resolution)
    near = np.minimum(np.searchsorted(cells, wanted), cells.size - 1)
    at[valid] = np.where(cells[near] == wanted, near, -1)
    return at


def _softened(fine: Pixels) -> Pixels:
    """The mean of each pixel's points, colours weighted by their opacity."""
    height, width = fine.shape[0] // FINER, fine.shape[1] // FINER
    parts = fine.reshape(height, FINER, width, FINER, 4).astype(np.uint32)
    opacity = parts[..., 3:].sum(axis=(1, 3))
    colour = (parts[..., :3] * parts[..., 3:]).sum(axis=(1, 3))
    mixed = np.empty((height, width, 4), np.uint8)
    mixed[..., :3] = np.divide(colour + opacity // 2, opacity, out=np.zeros(colour.shape), where=opacity > 0)
    mixed[..., 3:] = (opacity + FINER * FINER // 2) // (FINER * FINER)
    return mixed
