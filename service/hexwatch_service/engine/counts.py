"""Distinct counts of a window, which no sum of days or cells tells: how many came, on how many days, and when last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.windows import Window

from .columns import Grid
from .compiled import kernel
from .masses import Wanted, day_number
from .snapshot import Snapshot

VISITS = "visits"  # the measure that every day of a track in a cell has
Counted = dict[str, NDArray[np.float64]]


def counted(snapshot: Snapshot, window: Window, wanted: Wanted, grid: Grid) -> Counted:
    """By cell of a grid: `tracks` and `days`, distinct; `since`, days from the last one to the window's last (or NaN).

    Cells of the grid are visited where any of their base cells is, so each resolution is counted by itself.
    """
    first, last = day_number(window.first), day_number(window.last)
    tracks = _tracks(snapshot.presence, first, last, wanted, grid.upwards, grid.cells.size)
    visits = snapshot.measures.index(VISITS) if VISITS in snapshot.measures else -1
    facts = snapshot.precise
    low, high = np.searchsorted(facts.days, first), np.searchsorted(facts.days, last, "right")
    days, newest = _days(facts, low, high, wanted, visits, grid.upwards, grid.cells.size)
    return {"tracks": tracks, "days": days, "since": np.where(days > 0, last - newest, np.nan)}


@kernel
def _tracks(presence, first, last, wanted, upwards, cells):
    """Rows of a track stand together: a cell counts a track where it is not the one that it counted before."""
    found, before = np.zeros(cells), np.full(cells, -1, np.int32)
    place, day, category, track = presence
    for i in range(place.size):
        if first <= day[i] <= last and wanted[category[i]]:
            cell = upwards[place[i]]
            if before[cell] != track[i]:
                before[cell] = track[i]
                found[cell] += 1
    return found


@kernel
def _days(facts, low, high, wanted, measure, upwards, cells):
    """Facts stand by day: likewise. What a cell counted last is its last day."""
    found, before = np.zeros(cells), np.full(cells, -(1 << 30), np.int32)
    for d in range(low, high):
        for i in range(facts.starts[d], facts.starts[d + 1]):
            if facts.daily.measure[i] == measure and wanted[facts.daily.category[i]]:
                cell = upwards[facts.daily.place[i]]
                if before[cell] != facts.days[d]:
                    before[cell] = facts.days[d]
                    found[cell] += 1
    return found, before
