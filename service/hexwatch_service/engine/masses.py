"""Window sums: what the facts of a window put on each place, by one pass over those facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.windows import Window

from .columns import Facts, Grid, Shares
from .compiled import kernel
from .read import OTHERS

_EPOCH = date(1970, 1, 1).toordinal()

Wanted = NDArray[np.bool_]


@dataclass(frozen=True)
class Mass:
    """By place and measure, in the stored 1/scale units, and which places had any fact at all."""

    amount: NDArray[np.float64]  # (places, measures)
    seen: NDArray[np.bool_]  # (places)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return self.amount.nbytes + self.seen.nbytes

    @classmethod
    def none(cls, places: int, measures: int) -> Mass:
        """Nothing anywhere."""
        return cls(np.zeros((places, measures)), np.zeros(places, np.bool_))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def wanted_categories(codes: Iterable[int] | None) -> Wanted:
    """By category code, whether it counts; None: every one does. Effort of another dataset always counts."""
    wanted = np.full(1 << 15, codes is None)
    wanted[OTHERS:] = True
    wanted[list(codes or ())] = True
    return wanted


def in_window(facts: Facts, window: Window, wanted: Wanted, shape: tuple[int, int]) -> Mass:
    """A window's mass on (places, measures). Facts of several days give the share that the window holds."""
    mass = Mass.none(*shape)
    first, last = day_number(window.first), day_number(window.last)
    low, high = np.searchsorted(facts.days, first), np.searchsorted(facts.days, last, "right")
    _add_days(facts, facts.starts[low], facts.starts[high], wanted, mass.amount, mass.seen)
    _add_long(facts, first, last, wanted, mass.amount, mass.seen)
    return mass


def rolled_up(mass: Mass, grid: Grid) -> Mass:
    """What lies in the cells of a grid, of the mass in its base cells."""
    total = Mass.none(grid.cells.size, mass.amount.shape[1])
    _roll_up(mass.amount, mass.seen, grid.upwards, total.amount, total.seen)
    return total


def spread_out(mass: Mass, shares: Shares, grid: Grid) -> Mass:
    """What the cells of a grid get, of the mass on supports."""
    total = Mass.none(grid.cells.size, mass.amount.shape[1])
    _spread(mass.amount, mass.seen, shares, total.amount, total.seen)
    return total


@kernel
def _add_days(facts, low, high, wanted, mass, seen):
    place, category, measure, amount = facts.daily
    for i in range(low, high):
        if wanted[category[i]]:
            mass[place[i], measure[i]] += amount[i]
            seen[place[i]] = True


@kernel
def _add_long(facts, first, last, wanted, mass, seen):
    place, category, measure, amount = facts.long
    for i in range(place.size):
        held = min(last, facts.last[i]) - max(first, facts.first[i]) + 1
        if held > 0 and wanted[category[i]]:
            mass[place[i], measure[i]] += amount[i] * held / (facts.last[i] - facts.first[i] + 1)
            seen[place[i]] = True


@kernel
def _roll_up(mass, seen, upwards, total, any_seen):
    for i in range(seen.size):
        if seen[i]:
            any_seen[upwards[i]] = True
            for m in range(mass.shape[1]):
                total[upwards[i], m] += mass[i, m]


@kernel
def _spread(mass, seen, shares, total, any_seen):
    for support in range(seen.size):
        if not seen[support]:
            continue
        for i in range(shares.starts[support], shares.starts[support + 1]):
            cell, share = shares.cell[i], shares.weight[i] / 1e9
            any_seen[cell] = True
            for m in range(mass.shape[1]):
                total[cell, m] += mass[support, m] * share
