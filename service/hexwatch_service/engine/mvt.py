"""Hexagons as a vector tile (Mapbox Vector Tile 2.1) by one kernel: found, rounded, clipped, with shared values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.tiles import BUFFER, EXTENT, Tile
from hexwatch_schemas.words import STATES

from .clip import ROOM, clip, doubled_area, quantise
from .columns import BLOCK, Grid
from .compiled import kernel, part
from .wire import block, put_bytes, put_double, put_hexadecimal, put_varint, put_zigzag, varint

_NOTHING = np.int64(0x7FF0000000000000)  # bits above these (sign aside) are not a number: no value
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing (Knuth, TAOCP 3, 6.4)


STATE = "state"
_WORDS = b"".join(block(4, block(1, word.encode())) for word in STATES)  # they stand before all other values
_STATES = len(STATES)
_NO_STATES = np.empty(0, np.int8)
_LAYER, _TAIL = varint(3 << 3 | 2), varint(5 << 3) + varint(EXTENT) + varint(15 << 3) + varint(2)


class Frame(NamedTuple):
    """Where a tile lies in EPSG:3857 metres: its north-west corner, units per metre, and its edges with the buffer."""

    left: float
    top: float
    scale: float
    west: float
    south: float
    east: float
    north: float


class Shown(NamedTuple):
    """The numbers of the cells that have any."""

    slot: NDArray[np.int32]  # (n) the row of each of the grid's cells, or -1
    bits: NDArray[np.int64]  # (columns, rows) values as the bits of doubles; NaN is left out
    states: NDArray[np.int8]  # (rows) positions in words.STATES; of no rows where there are no states


class Columns(NamedTuple):
    """Which numbers a tile has, and what of its bytes that decides."""

    chosen: NDArray[np.int64]  # positions
    states: bool  # whether the words of words.STATES, too
    keys: bytes  # `h3` and the names; then the words, before all other values

    @classmethod
    def of(cls, positions: Mapping[str, int]) -> Columns:
        """By name; `state` stands last whatever its position."""
        numbers, states = [key for key in positions if key != STATE], STATE in positions
        keys = b"".join(block(3, key.encode()) for key in ("h3", *numbers, *([STATE] if states else [])))
        chosen = np.array([positions[key] for key in numbers], np.int64)
        return cls(chosen, states, keys + (_WORDS if states else b""))


def encode(name: str, grid: Grid, shown: Shown, columns: Columns, tile: Tile) -> bytes:
    """The tile's layer: each cell's `h3` and the chosen columns; empty where no cell shows."""
    left, _, _, top = tile.bounds()
    frame = Frame(left, top, EXTENT / tile.size, *tile.bounds(BUFFER / EXTENT))
    told = shown.states if columns.states else _NO_STATES
    features, values = _draw(grid, shown, columns.chosen, told, frame)
    if not features.size:
        return b""
    head = _head(name)
    length = len(head) + features.size + len(columns.keys) + values.size + len(_TAIL)
    return b"".join((_LAYER, varint(length), head, features.data, columns.keys, values.data, _TAIL))


@lru_cache(256)
def _head(name: str) -> bytes:
    return block(1, name.encode())


@kernel
def _near(grid, slot, frame):
    """Positions of the cells with numbers that may touch the frame."""
    blocks = _blocks(grid, frame)
    found, count = np.empty(blocks.size * BLOCK, np.int64), 0
    for b in blocks:
        whole = _within(grid.boxes, b, frame)
        for i in range(b * BLOCK, min((b + 1) * BLOCK, slot.size)):
            if slot[i] >= 0 and (whole or _touches(grid, i, frame)):
                found[count] = i
                count += 1
    return found[:count]


@kernel
def _blocks(grid, frame):
    """The blocks of cells whose boxes meet the frame, looked for in the regions that do."""
    found, count = np.empty(grid.boxes.shape[0], np.int64), 0
    for r in range(grid.regions.shape[0]):
        if _meets(grid.regions, r, frame):
            for b in range(r * BLOCK, min((r + 1) * BLOCK, grid.boxes.shape[0])):
                if _meets(grid.boxes, b, frame):
                    found[count] = b
                    count += 1
    return found[:count]


@part
def _meets(boxes, b, frame):
    # `&` rather than `and`: a processor guesses one branch better than four.
    across = (boxes[b, 0] <= frame.east) & (boxes[b, 2] >= frame.west)
    return across & (boxes[b, 1] <= frame.north) & (boxes[b, 3] >= frame.south)


@part
def _within(boxes, b, frame):
    across = (boxes[b, 0] >= frame.west) & (boxes[b, 2] <= frame.east)
    return across & (boxes[b, 1] >= frame.south) & (boxes[b, 3] <= frame.north)


@part
def _touches(grid, cell, frame):
    """Whether no side of the frame has all vertices beyond it."""
    left = right = above = below = True
    for v in range(grid.vertices[grid.rings[cell]], grid.vertices[grid.rings[cell + 1]]):
        x, y = grid.xy[v, 0], grid.xy[v, 1]
        left, right = left & (x < frame.west), right & (x > frame.east)
        below, above = below & (y < frame.south), above & (y > frame.north)
    return not (left or right or above or below)


@kernel
def _draw(grid, shown, chosen, states, frame):
    """Bytes of the features and of the values that they share."""
    rows = _near(grid, shown.slot, frame)
    cells, vertices = rows.size, 0
    for i in rows:
        vertices += grid.vertices[grid.rings[i + 1]] - grid.vertices[grid.rings[i]]
    # More than can be needed; pages that nothing is written to cost nothing.
    out = np.empty(cells * (74 + 10 * chosen.size) + 128 * vertices, np.uint8)
    values = np.empty(cells * (19 + 11 * chosen.size), np.uint8)
    tags, shape = np.empty(10 * (chosen.size + 2), np.uint8), np.empty(1 << 14, np.uint8)
    ring, spare = np.empty((ROOM, 2), np.int64), np.empty((ROOM, 2), np.int64)
    book, count, end, size = _empty_book(_room(cells * chosen.size)), _STATES if states.size else 0, 0, 0
    for texts, i in enumerate(rows):
        drawn = _outline(grid, i, frame, ring, spare, shape)
        if drawn == 0:
            continue
        if 2 * (count - texts + chosen.size) > book.shape[0]:
            book = _larger(book)
        told, end, count = _tags(tags, grid.cells[i], shown, shown.slot[i], chosen, values, (end, count), book)
        if states.size:
            told = put_varint(tags, put_varint(tags, told, chosen.size + 1), states[shown.slot[i]])
        size = _feature(out, size, tags, told, shape, drawn)
    return out[:size], values[:end]


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
        if book[place, 1] < 0:
            book[place, 0], book[place, 1] = value, count
            values[end], values[end + 1], values[end + 2] = 0x22, 9, 0x19
            end, count = put_double(values, end + 3, value), count + 1
        at = put_varint(tags, at, key + 1)
        at = put_varint(tags, at, book[place, 1])
    return at, end, count


@part
def _room(values):
    """A first guess of how many places so many values need, a power of two: most tiles' values repeat."""
    size = 1024
    while size < values and size < 1 << 16:
        size *= 2
    return size


@kernel
def _empty_book(size):
    """A hash table: rows of a double's bits and its index in the tile, side by side; index -1 is a free place."""
    return np.full((size, 2), -1, np.int64)


@part
def _look_up(book, value):
    """The place of a value, or the free one where it belongs."""
    mask = book.shape[0] - 1
    bits = np.uint64(value)
    # Whole and short decimal numbers have nothing in their lower bits, and multiplying carries upwards only.
    place = np.int64(((bits ^ (bits >> np.uint64(32))) * _GOLDEN) >> np.uint64(32)) & mask
    while book[place, 1] >= 0 and book[place, 0] != value:
        place = (place + 1) & mask
    return place


@kernel
def _larger(book):
    grown = _empty_book(2 * book.shape[0])
    for old in range(book.shape[0]):
        if book[old, 1] >= 0:
            grown[_look_up(grown, book[old, 0])] = book[old]
    return grown
