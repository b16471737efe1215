"""What is known of each cell in a window: visited, not visited, or no access, and how much of what is required."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.windows import Window
from hexwatch_schemas.words import STATES, State

from .columns import Grid
from .compiled import kernel
from .masses import Mass, day_number
from .snapshot import Snapshot

VISITED, NOT_VISITED, NO_ACCESS = (STATES.index(s) for s in (State.VISITED, State.NOT_VISITED, State.NO_ACCESS))

Floats = NDArray[np.float64]


class Known(NamedTuple):
    """By cell of a grid."""

    state: NDArray[np.int8]  # of words.STATES
    told: NDArray[np.bool_]  # whether anything makes it known: a visit, a denial, a requirement
    required: Floats  # its required base cells
    covered: Floats  # those of them that were visited
    denied: Floats  # days of denied access, the mean over its base cells that are required or were denied


def states(snapshot: Snapshot, window: Window, precise: Mass, grid: Grid) -> Known:
    """The states of a grid's cells; `precise` is the window's mass on base cells.

    A base cell is visited where any effort lies in the window; else it has no access where access was denied on every
    day of the window. A coarser cell is visited where any of its base cells is; else it has no access where none of
    those that are required, or denied, was open.
    """
    days = _denied_days(snapshot.watch, day_number(window.first), day_number(window.last), snapshot.base.cells.size)
    visited = (precise.amount[:, snapshot.watch.effort] != 0).any(axis=1)
    required = np.zeros(visited.size, np.bool_)
    required[snapshot.watch.required] = True
    meant = required | (days > 0)

    def count(which: NDArray[np.bool_] | Floats) -> Floats:
        return np.bincount(grid.upwards, weights=which, minlength=grid.cells.size).astype(np.float64)

    many, anywhere = count(meant), count(visited) > 0
    closed = (many > 0) & (count(meant & ~visited & (days < window.days)) == 0)
    state = np.where(anywhere, VISITED, np.where(closed, NO_ACCESS, NOT_VISITED)).astype(np.int8)
    return Known(
        state, anywhere | (many > 0), count(required), count(required & visited), count(days) / np.maximum(many, 1)
    )


@kernel
def _denied_days(watch, first, last, cells):
    """Days on which access was denied: each counts once, however many spans hold it, for spans begin in order."""
    days, until = np.zeros(cells), np.full(cells, first - 1, np.int32)
    for i in range(watch.denied.size):
        cell = watch.denied[i]
        start, end = max(watch.first[i], until[cell] + 1), min(watch.last[i], last)
        if end >= start:
            days[cell] += end - start + 1
            until[cell] = end
    return days
