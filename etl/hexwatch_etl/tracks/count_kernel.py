"""Count positions by cell, day and type in one pass: two hash tables with open addressing, which grow.

A group is found by one look into `slots` and one into `groups`, whose rows are as long as a line of the processor's
cache. A mover that stays in its group needs neither: its row is remembered.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.compiled import Kernels

Integers = NDArray[np.int64]
Codes = NDArray[np.int32]
Whole = int | np.int64

_kernels = Kernels(Path(__file__).parent)
CELL, DAY, TYPE, FIXES, MOVERS, MICROSECONDS, LAST_MOVER, _SPARE = range(8)  # columns of `groups`
GROUPS, PAIRS, LATE = range(3)  # what `numbers` counts
TIME, SLOT = range(2)  # columns of `last`
A_DAY = 86_400_000_000  # microseconds
_NONE = -1
_FULL = 0.6  # of a table: beyond it the way to a free place gets long


class Tables(NamedTuple):
    """What is counted so far."""

    groups: Integers  # (g, 8)
    slots: Codes  # (2^k): row of the group that hashes to here, or -1
    pairs: Integers  # (2^m): row << 32 | mover of the groups that have seen several, or -1
    last: Integers  # (movers, 2): moment (microseconds) and group of each mover's last position
    numbers: Integers  # (3)


@_kernels.part
def _hashed(key: Whole) -> Whole:
    """Mix all bits (finaliser of MurmurHash3, Appleby 2011, shortened)."""
    bits = np.uint64(key)
    bits ^= bits >> np.uint64(33)
    bits *= np.uint64(0xFF51AFD7ED558CCD)
    bits ^= bits >> np.uint64(33)
    return np.int64(bits & np.uint64(0x7FFFFFFFFFFFFFFF))


@_kernels.part
def _group(tables: Tables, cell: Whole, day: Whole, kind: Whole) -> Whole:
    """Row of a group, a new one where it is unknown."""
    mask = tables.slots.size - 1
    at = _hashed(cell ^ (np.int64(day) << 8) ^ (np.int64(kind) << 3)) & mask
    while tables.slots[at] != _NONE:
        row = tables.groups[tables.slots[at]]
        if row[CELL] == cell and row[DAY] == day and row[TYPE] == kind:
            return np.int64(tables.slots[at])
        at = (at + 1) & mask
    number = tables.numbers[GROUPS]
    tables.numbers[GROUPS] += 1
    tables.slots[at] = number
    row = tables.groups[number]
    row[:] = 0
    row[CELL], row[DAY], row[TYPE], row[LAST_MOVER] = cell, day, kind, _NONE
    return number


@_kernels.part
def _is_new(tables: Tables, group: Whole, mover: Whole) -> bool:
    """Note that a group saw a mover; whether that is the first time."""
    mask, pair = tables.pairs.size - 1, (np.int64(group) << 32) | np.int64(mover)
    at = _hashed(pair) & mask
    while tables.pairs[at] != _NONE:
        if tables.pairs[at] == pair:
            return False
        at = (at + 1) & mask
    tables.pairs[at] = pair
    tables.numbers[PAIRS] += 1
    return True


@_kernels.part
def _seen(tables: Tables, group: Whole, mover: Whole) -> None:
    """Another mover than the last one is in a group. The first needs no pair until there is a second."""
    row = tables.groups[group]
    if row[MOVERS] == 0:
        row[MOVERS] = 1
    else:
        if row[MOVERS] == 1:
            _is_new(tables, group, row[LAST_MOVER])
        row[MOVERS] += _is_new(tables, group, mover)
    row[LAST_MOVER] = mover


@_kernels.kernel
def count(
    cells: Integers, times: Integers, movers: Codes, types: Codes, longest: int, start: int, tables: Tables
) -> int:
    """Count positions (n) from `start` on, in order of time (microseconds); how far it came before a table was full.

    The way to a mover's next position is counted where it begins, unless it takes longer than `longest`.
    `numbers[LATE]` counts positions that lie before the last one of their mover: they are not counted otherwise.
    """
    return _count(cells, times, movers, types, longest, start, tables)


@_kernels.part
def _count(
    cells: Integers, times: Integers, movers: Codes, types: Codes, longest: int, start: int, tables: Tables
) -> int:
    rooms = min(tables.groups.shape[0], int(tables.slots.size * _FULL)) - 1
    pairs = int(tables.pairs.size * _FULL) - 1
    groups, last = tables.groups, tables.last
    for at in range(start, cells.size):
        if tables.numbers[GROUPS] > rooms or tables.numbers[PAIRS] > pairs:
            return at
        mover, day = np.int64(movers[at]), times[at] // A_DAY
        group = last[mover, SLOT]
        passed = times[at] - last[mover, TIME]
        if passed < 0:
            tables.numbers[LATE] += 1
            continue
        if group != _NONE and passed <= longest:
            groups[group, MICROSECONDS] += passed
        if (
            group == _NONE
            or groups[group, CELL] != cells[at]
            or groups[group, DAY] != day
            or groups[group, TYPE] != types[at]
        ):
            group = _group(tables, cells[at], day, types[at])
        if groups[group, LAST_MOVER] != mover:
            _seen(tables, group, mover)
        groups[group, FIXES] += 1
        last[mover, TIME], last[mover, SLOT] = times[at], group
    return cells.size


@_kernels.kernel
def moved(old: Tables, first_day: int, new: Tables) -> None:
    """Fill empty tables with the groups of `first_day` and later; `last` stays the same and is brought up to date."""
    numbers = np.full(old.numbers[GROUPS], _NONE, np.int64)
    mask = new.slots.size - 1
    for at in range(old.numbers[GROUPS]):
        row = old.groups[at]
        if row[DAY] < first_day:
            continue
        number = new.numbers[GROUPS]
        new.numbers[GROUPS] += 1
        new.groups[number] = row
        numbers[at] = number
        place = _hashed(row[CELL] ^ (row[DAY] << 8) ^ (row[TYPE] << 3)) & mask
        while new.slots[place] != _NONE:
            place = (place + 1) & mask
        new.slots[place] = number
    for at in range(old.pairs.size):
        pair = old.pairs[at]
        if pair != _NONE and numbers[pair >> 32] != _NONE:
            _is_new(new, np.int64(numbers[pair >> 32]), pair & 0xFFFFFFFF)
    for mover in range(new.last.shape[0]):
        if new.last[mover, SLOT] != _NONE:
            new.last[mover, SLOT] = numbers[new.last[mover, SLOT]]
