"""Hexagons as a vector tile (Mapbox Vector Tile 2.1) by one kernel: found, rounded, clipped, with shared values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.tiles import BUFFER, EXTENT, Tile

from .clip import ROOM, clip, doubled_area, quantise
from .columns import BLOCK, Grid
from .compiled import kernel, part
from .wire import block, put_bytes, put_double, put_hexadecimal, put_varint, put_zigzag, varint

_NOTHING = np.int64(0x7FF0000000000000)  # bits above these (sign aside) are not a number: no value
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing (Knuth, TAOCP 3, 6.4)


class Frame(NamedTuple):
    """Where a tile lies: its north-west corner in EPSG:3857 metres and units per metre."""

    west: float
    north: float
    scale: float


class Shown(NamedTuple):
    """The numbers of the cells that have any."""

    slot: NDArray[np.int32]  # (n) the row of each of the grid's cells, or -1
    bits: NDArray[np.int64]  # (columns, rows) values as the bits of doubles; NaN is left out


def encode(name: str, grid: Grid, shown: Shown, columns: Sequence[tuple[str, int]], tile: Tile) -> bytes:
    """The tile's layer: each cell's `h3` and the chosen columns (name, position); empty where no cell shows."""
    rows = _near(grid, shown.slot, np.array(tile.bounds(BUFFER / EXTENT)))
    west, _, _, north = tile.bounds()
    chosen = np.array([at for _, at in columns], np.int64)
    features, values = _draw(grid, rows, shown, chosen, Frame(west, north, EXTENT / tile.size))
    if not features.size:
        return b""
    keys = b"".join(block(3, key.encode()) for key in ("h3", *(key for key, _ in columns)))
    head, tail = block(1, name.encode()), varint(5 << 3) + varint(EXTENT) + varint(15 << 3) + varint(2)
    return block(3, b"".join((head, features.tobytes(), keys, values.tobytes(), tail)))


@kernel
def _near(grid, slot, bounds):
    """Positions of the cells with numbers that may touch the bounds."""
    west, south, east, north = bounds[0], bounds[1], bounds[2], bounds[3]
    boxes, found, count = grid.boxes, np.empty(slot.size, np.int64), 0
    for b in range(boxes.shape[0]):
        if boxes[b, 0] > east or boxes[b, 2] < west or boxes[b, 1] > north or boxes[b, 3] < south:
            continue
        for i in range(b * BLOCK, min((b + 1) * BLOCK, slot.size)):
            if slot[i] >= 0 and _touches(grid, i, west, south, east, north):
                found[count] = i
                count += 1
    return found[:count]


@part
def _touches(grid, cell, west, south, east, north):
    """Whether no side of the bounds has all vertices beyond it."""
    left = right = above = below = True
    for v in range(grid.vertices[grid.rings[cell]], grid.vertices[grid.rings[cell + 1]]):
        x, y = grid.xy[v, 0], grid.xy[v, 1]
        left, right = left and x < west, right and x > east
        below, above = below and y < south, above and y > north
    return not (left or right or above or below)


@kernel
def _draw(grid, rows, shown, chosen, frame):
    """Bytes of the features and of the values that they share."""
    cells, vertices = rows.size, 0
    for i in rows:
        vertices += grid.vertices[grid.rings[i + 1]] - grid.vertices[grid.rings[i]]
    # More than can be needed; pages that nothing is written to cost nothing.
    out = np.empty(cells * (64 + 10 * chosen.size) + 128 * vertices, np.uint8)
    values = np.empty(cells * (19 + 11 * chosen.size), np.uint8)
    tags, shape = np.empty(10 * (chosen.size + 1), np.uint8), np.empty(1 << 14, np.uint8)
    ring, spare = np.empty((ROOM, 2), np.int64), np.empty((ROOM, 2), np.int64)
    book, count, end, size = _empty_book(1024), 0, 0, 0
    for i in rows:
        drawn = _outline(grid, i, frame, ring, spare, shape)
        if drawn == 0:
            continue
        if 2 * (count + chosen.size) > book[0].size:
            book = _larger(book)
        told, end, count = _tags(tags, grid.cells[i], shown, shown.slot[i], chosen, values, (end, count), book)
        size = _feature(out, size, tags, told, shape, drawn)
    return out[:size].copy(), values[:end].copy()


@part
def _feature(out, at, tags, told, shape, drawn):
    """A polygon with its tags."""
    length = 2 + told + (told > 127) + (told > 16383) + 2 + 2 + drawn + (drawn > 127) + (drawn > 16383)
    out[at] = 0x12
    at = put_varint(out, at + 1, length)
    out[at] = 0x12
    at = put_bytes(out, put_varint(out, at + 1, told), tags, told)
    out[at], out[at + 1], out[at + 2] = 0x18, 3, 0x22
    return put_bytes(out, put_varint(out, at + 3, drawn), shape, drawn)


@part
def _outline(grid, cell, frame, ring, spare, shape):
    """Geometry commands (MVT 2.1, 4.3) of a cell's rings; how many bytes, 0 where nothing of it shows."""
    low, high = -BUFFER, EXTENT + BUFFER
    at, x, y = 0, 0, 0
    for r in range(grid.rings[cell], grid.rings[cell + 1]):
        size, inside = quantise(grid.xy, grid.vertices[r], grid.vertices[r + 1], frame, ring, low, high)
        if not inside:
            size = clip(ring, size, spare, low, high)
        area = doubled_area(ring, size)
        if area != 0:
            at, x, y = _ring(shape, at, x, y, ring, size, area > 0)
    return at


@part
def _ring(shape, at, x, y, ring, size, forwards):
    """MoveTo, LineTo and ClosePath; the cursor stays at the last vertex."""
    for i in range(size):
        k = i if forwards else size - 1 - i
        if i < 2:
            at = put_varint(shape, at, 9 if i == 0 else (size - 1) << 3 | 2)
        at = put_zigzag(shape, at, ring[k, 0] - x)
        at = put_zigzag(shape, at, ring[k, 1] - y)
        x, y = ring[k, 0], ring[k, 1]
    shape[at] = 15
    return at + 1, x, y


@part
def _tags(tags, cell, shown, row, chosen, values, used, book):
    """Pairs of key and value; new values join the tile's. Bytes written, and the values' end and number."""
    end, count = used
    tags[0] = 0
    at = put_varint(tags, 1, count)
    values[end], values[end + 1], values[end + 2], values[end + 3] = 0x22, 17, 0x0A, 15
    end, count = put_hexadecimal(values, end + 4, cell, 15), count + 1
    for key in range(chosen.size):
        value = shown.bits[chosen[key], row]
        if value & np.int64(0x7FFFFFFFFFFFFFFF) > _NOTHING:
            continue
        place = _look_up(book, value)
        if book[1][place] < 0:
            book[0][place], book[1][place] = value, count
            values[end], values[end + 1], values[end + 2] = 0x22, 9, 0x19
            end, count = put_double(values, end + 3, value), count + 1
        at = put_varint(tags, at, key + 1)
        at = put_varint(tags, at, book[1][place])
    return at, end, count


@kernel
def _empty_book(size):
    """A hash table from the bits of a double to its index in the tile; -1 is a free place."""
    return np.empty(size, np.int64), np.full(size, -1, np.int32)


@part
def _look_up(book, value):
    """The place of a value, or the free one where it belongs."""
    mask = book[0].size - 1
    place = np.int64((np.uint64(value) * _GOLDEN) >> np.uint64(32)) & mask
    while book[1][place] >= 0 and book[0][place] != value:
        place = (place + 1) & mask
    return place


@kernel
def _larger(book):
    grown = _empty_book(4 * book[0].size)
    for old in range(book[0].size):
        if book[1][old] >= 0:
            place = _look_up(grown, book[0][old])
            grown[0][place], grown[1][place] = book[0][old], book[1][old]
    return grown
