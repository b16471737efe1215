"""Grids: the cells of a release at each resolution, and the outlines that libh3 gives them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from hexwatch_schemas import hexgrid
from hexwatch_schemas.hexgrid import Cells

from .clip import MOST_VERTICES
from .columns import BLOCK, Grid

Positions = NDArray[np.int64]


class Outlines(NamedTuple):
    """The ragged part of a grid: rings by cell, vertices by ring."""

    rings: NDArray[np.int32]
    vertices: NDArray[np.int32]
    xy: NDArray[np.float64]


def make(resolution: int, cells: Cells, base: Cells, known: Grid | None = None) -> Grid:
    """The grid of ascending cells over those of the base grid; known outlines are not worked out again."""
    upwards = np.searchsorted(cells, hexgrid.to_parent(base, resolution)).astype(np.int32)
    if known is not None and np.array_equal(cells, known.cells):
        return known._replace(upwards=upwards)
    outlines = _outlines(cells, known)
    assert np.diff(outlines.vertices).max(initial=0) <= MOST_VERTICES, "kernels have room for no more"
    boxes = _boxes(outlines)
    return Grid(cells, *outlines, boxes, _regions(boxes), upwards)


def distinct(cells: Cells) -> Cells:
    """Ascending cells, each once. (np.unique hashes, which takes ten times as long where they are sorted already.)"""
    return cells[np.flatnonzero(np.diff(cells, prepend=-1))]


def joined(cells: Cells, more: Cells) -> Cells:
    """Ascending cells and any others, ascending, each once."""
    return distinct(np.sort(np.concatenate([cells, more]), kind="stable")) if more.size else cells


def positions(cells: Cells, wanted: Cells) -> tuple[Positions, NDArray[np.bool_]]:
    """Where each of the wanted cells would stand among ascending ones, and whether it does."""
    at = np.searchsorted(cells, wanted)
    there = at < cells.size
    there[there] = cells[at[there]] == wanted[there]
    return at, there


def _outlines(cells: Cells, known: Grid | None) -> Outlines:
    if known is None:
        return _drawn(cells)
    at, there = positions(known.cells, cells)
    fresh = _drawn(cells[~there])
    at[~there] = known.cells.size + np.arange(fresh.rings.size - 1)
    return _taken(_joined(Outlines(known.rings, known.vertices, known.xy), fresh), at)


def _drawn(cells: Cells) -> Outlines:
    if not cells.size:
        return Outlines(np.zeros(1, np.int32), np.zeros(1, np.int32), np.empty((0, 2)))
    _, closed, (vertices, rings, wholes) = shapely.to_ragged_array(hexgrid.outlines(cells))
    ends = vertices[1:] - 1  # where a ring comes back to its first vertex
    opened = vertices - np.arange(vertices.size)
    return Outlines(rings[wholes].astype(np.int32), opened.astype(np.int32), np.delete(closed, ends, axis=0))


def _joined(first: Outlines, then: Outlines) -> Outlines:
    return Outlines(
        np.concatenate([first.rings, then.rings[1:] + first.rings[-1]]),
        np.concatenate([first.vertices, then.vertices[1:] + first.vertices[-1]]),
        np.concatenate([first.xy, then.xy]),
    )


def _taken(outlines: Outlines, cells: Positions) -> Outlines:
    rings, chosen = _slices(outlines.rings, cells)
    vertices, corners = _slices(outlines.vertices, chosen)
    return Outlines(rings, vertices, outlines.xy[corners])


def _slices(starts: NDArray[np.int32], which: Positions) -> tuple[NDArray[np.int32], Positions]:
    """Starts of the chosen slices laid end to end, and where their elements were."""
    counts = starts[which + 1] - starts[which]
    begins = np.concatenate([[0], counts.cumsum()])
    return begins.astype(np.int32), np.arange(begins[-1]) + np.repeat(starts[which] - begins[:-1], counts)


def _boxes(outlines: Outlines) -> NDArray[np.float64]:
    if not outlines.xy.size:
        return np.empty((0, 4))
    # A block without any vertex borrows its neighbour's box, which costs a look and changes nothing.
    begins = np.minimum(outlines.vertices[outlines.rings[:-1:BLOCK]], outlines.xy.shape[0] - 1)
    return np.hstack([np.minimum.reduceat(outlines.xy, begins), np.maximum.reduceat(outlines.xy, begins)])


def _regions(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    if not boxes.size:
        return boxes
    begins = np.arange(0, boxes.shape[0], BLOCK)
    return np.hstack([np.minimum.reduceat(boxes[:, :2], begins), np.maximum.reduceat(boxes[:, 2:], begins)])
