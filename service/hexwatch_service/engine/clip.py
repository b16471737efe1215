"""Rings in tile units: rounding, clipping, winding."""

from __future__ import annotations

import numpy as np

from .compiled import part

# Each of four passes makes at most half as many vertices again; outlines of cells have at most this many.
MOST_VERTICES = 64
ROOM = MOST_VERTICES * 6


@part
def quantise(xy, first, end, frame, ring, low, high):
    """Put vertices on a tile's units, without repeated ones; their number, and whether all lie in the square."""
    size, inside = 0, True
    for i in range(first, end):
        x = np.int64(np.rint((xy[i, 0] - frame.left) * frame.scale))
        y = np.int64(np.rint((frame.top - xy[i, 1]) * frame.scale))
        inside = inside and low <= x <= high and low <= y <= high
        size = _append(ring, size, x, y)
    return _closed(ring, size), inside


@part
def _append(ring, size, x, y):
    if size > 0 and ring[size - 1, 0] == x and ring[size - 1, 1] == y:
        return size
    ring[size, 0], ring[size, 1] = x, y
    return size + 1


@part
def _closed(ring, size):
    while size > 1 and ring[0, 0] == ring[size - 1, 0] and ring[0, 1] == ring[size - 1, 1]:
        size -= 1
    return size


@part
def clip(ring, size, spare, low, high):
    """Cut a ring down to the square from `low` to `high` (Sutherland & Hodgman 1974); its new size."""
    for axis in range(2):
        for limit, sign in ((low, 1), (high, -1)):
            if _beyond(ring, size, axis, limit, sign):
                size = _cut(ring, size, spare, axis, limit, sign)
                for i in range(size):
                    ring[i, 0], ring[i, 1] = spare[i, 0], spare[i, 1]
    return size


@part
def _beyond(ring, size, axis, limit, sign):
    """Whether anything lies on the outer side of a line."""
    beyond = False
    for i in range(size):
        beyond = beyond or sign * (ring[i, axis] - limit) < 0
    return beyond


@part
def _cut(ring, size, kept, axis, limit, sign):
    """Keep what lies on the inner side of one line."""
    count = 0
    for i in range(size):
        j = i + 1 if i + 1 < size else 0
        here, there = sign * (ring[i, axis] - limit), sign * (ring[j, axis] - limit)
        if here >= 0:
            count = _append(kept, count, ring[i, 0], ring[i, 1])
        if (here > 0 and there < 0) or (here < 0 and there > 0):
            across = ring[i, 1 - axis] + np.rint((ring[j, 1 - axis] - ring[i, 1 - axis]) * (here / (here - there)))
            x, y = (limit, np.int64(across)) if axis == 0 else (np.int64(across), limit)
            count = _append(kept, count, x, y)
    return _closed(kept, count)


@part
def doubled_area(ring, size):
    """Twice the signed area by the surveyor's formula: positive is an outer ring (MVT 2.1, 4.3.4.4)."""
    total = np.int64(0)
    for i in range(size):
        j = i + 1 if i + 1 < size else 0
        total += ring[i, 0] * ring[j, 1] - ring[j, 0] * ring[i, 1]
    return total
