"""One table per question: what each cell of a layer shows in a window. Every format reads its numbers here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.classification import Class, changes, classify, open_ended
from hexwatch_schemas.hexgrid import Cells
from hexwatch_schemas.indicators import Values, WindowSums
from hexwatch_schemas.style import Band
from hexwatch_schemas.windows import Window
from hexwatch_schemas.words import STATES

from .asked import Asked
from .catalogue import Layer
from .engine.columns import Facts, Grid
from .engine.counts import Counted, counted
from .engine.masses import Mass, in_window, rolled_up, spread_out, wanted_categories
from .engine.mvt import Shown
from .engine.states import VISITED, Known, states
from .flights import Flights


@dataclass(frozen=True)
class Table:
    """The cells of one resolution that any fact of the window touches, ascending, and the indicators' values."""

    resolution: int
    sums: WindowSums
    values: Mapping[str, Values]  # NaN: no value
    shown: Shown  # the same for the tile kernel

    @property
    def cells(self) -> Cells:
        """The cells that have anything to show."""
        return self.sums.cells

    @property
    def state(self) -> NDArray[np.str_]:
        """What is known of each cell, in words; empty where the layer does not know who looked."""
        return np.array(STATES, np.str_)[self.shown.states]

    @property
    def nbytes(self) -> int:
        """Memory held, roughly."""
        return self.shown.slot.nbytes + self.cells.nbytes * (4 + 2 * len(self.sums.precise) + len(self.values))


@dataclass(frozen=True)
class _Masses:
    """Window sums before they are put on a grid: on base cells, and on supports."""

    precise: Mass
    spread: Mass

    @property
    def nbytes(self) -> int:
        return self.precise.nbytes + self.spread.nbytes


class Numbers:
    """Window sums and tables of releases, each made once, kept while there is room for them."""

    def __init__(self, budget: int) -> None:
        """`budget`: bytes of memory for sums and tables together."""
        self._kept: Flights[Table | _Masses] = Flights(budget, lambda kept: kept.nbytes)

    def held(self, layer: Layer, asked: Asked, resolution: int) -> Table | None:
        """The same as `table`, if it is in memory."""
        return cast("Table | None", self._kept.peek(_table_key(layer, asked, resolution)))

    async def table(self, layer: Layer, asked: Asked, resolution: int) -> Table:
        """What a layer shows in a window at a resolution."""

        async def make() -> Table:
            masses = [await self._masses(layer, one) for one in asked.each]
            return await asyncio.to_thread(table_of, layer, asked, resolution, masses)

        return cast("Table", await self._kept.get(_table_key(layer, asked, resolution), make))

    async def _masses(self, layer: Layer, asked: Asked) -> _Masses:
        made = self._kept.get(_key(layer, asked), lambda: asyncio.to_thread(_sum, layer, asked))
        return cast("_Masses", await made)

    async def unplaced(self, layer: Layer, asked: Asked) -> dict[str, float]:
        """By measure, what the window holds that is on no hexagon."""
        mass = _mass(layer, asked, layer.snapshot.unplaced, 1)
        return {name: float(column[0]) for name, column in _by_measure(layer, mass, np.array([0])).items()}

    async def classes(
        self, layer: Layer, indicator: str, asked: Asked, resolution: int, *, lent: bool = False
    ) -> list[Class]:
        """The one classification of what is shown. `lent`: also to other windows, whose values may lie beyond."""
        values, from_zero = (await self.table(layer, asked, resolution)).values, layer.indicator(indicator).from_zero
        if asked.against is not None:
            return changes(values[indicator])
        found = classify(values[indicator], from_zero=from_zero)
        return open_ended(found, from_zero=from_zero) if lent else found

    async def bands(self, layer: Layer, indicator: str, asked: Asked, *, lent: bool = False) -> list[Band]:
        """Classes for every resolution that some zoom draws."""
        found = []
        for resolution in range(1, layer.base + 1):
            zooms = layer.zooms(resolution)
            if zooms:
                end = None if zooms[-1] == layer.maxzoom else zooms[-1] + 1
                classes = await self.classes(layer, indicator, asked, resolution, lent=lent)
                found.append(Band(resolution, zooms[0], end, classes))
        return found


def _key(layer: Layer, asked: Asked) -> tuple[object, ...]:
    return layer.id, layer.release, asked.window, asked.categories


def _table_key(layer: Layer, asked: Asked, resolution: int) -> tuple[object, ...]:
    return *_key(layer, asked), asked.against, resolution


def _sum(layer: Layer, asked: Asked) -> _Masses:
    snapshot = layer.snapshot
    return _Masses(
        _mass(layer, asked, snapshot.precise, snapshot.base.cells.size),
        _mass(layer, asked, snapshot.spread, snapshot.supports),
    )


def _mass(layer: Layer, asked: Asked, facts: Facts, places: int) -> Mass:
    wanted = wanted_categories(asked.codes(layer))
    return in_window(facts, asked.window, wanted, (places, len(layer.snapshot.measures)))


@dataclass(frozen=True)
class _Placed:
    """The masses of a window on all cells of a grid, and which of these have anything to tell."""

    precise: Mass
    spread: Mass
    known: Known | None
    people: Values
    seen: NDArray[np.bool_]


def table_of(layer: Layer, asked: Asked, resolution: int, masses: Sequence[_Masses]) -> Table:
    """The masses of a window put on the cells of a resolution, and the indicators computed of them.

    Of two windows, the first less the second, on the cells that either has. Where nothing was reported in one of them
    its sums are 0; where an indicator has no value in one of them there is no change, which is not a change of 0. So
    where it is known who looked, reports compare in cells that were visited in both windows.
    """
    grid = layer.snapshot.grids[resolution - 1]
    placed = [_place(layer, one, resolution, mass) for one, mass in zip(asked.each, masses, strict=True)]
    if len(placed) > 1:
        _compare_visited(layer, placed)
    seen = np.logical_or.reduce([p.seen for p in placed])
    rows = np.flatnonzero(seen)
    sums = [_sums(layer, one, grid, p, rows) for one, p in zip(asked.each, placed, strict=True)]
    values = _values(layer, sums[0])
    for other in sums[1:]:
        np.subtract(values, _values(layer, other), out=values)
    known = [p.known.state[rows] for p in placed if p.known is not None]
    state = np.maximum.reduce(known) if known else np.empty(0, np.int8)  # of two windows, the one that says less
    slot = np.where(seen, seen.cumsum(dtype=np.int32) - 1, np.int32(-1))
    names = (i.id for i in layer.indicators)
    return Table(resolution, sums[0], dict(zip(names, values, strict=True)), Shown(slot, values.view(np.int64), state))


def _place(layer: Layer, asked: Asked, resolution: int, masses: _Masses) -> _Placed:
    grid, shares = layer.snapshot.grids[resolution - 1], layer.snapshot.shares[resolution - 1]
    precise, spread = rolled_up(masses.precise, grid), spread_out(masses.spread, shares, grid)
    known = states(layer.snapshot, _known(layer, asked), masses.precise, grid) if layer.watched else None
    people = _people(layer, grid)
    seen = precise.seen | spread.seen | (people > 0)
    if known is not None:
        seen |= known.told
        _unsay(precise, spread, known, layer.snapshot.watch.effort)
    return _Placed(precise, spread, known, people, seen)


def _sums(layer: Layer, asked: Asked, grid: Grid, placed: _Placed, rows: NDArray[np.int64]) -> WindowSums:
    return WindowSums(
        grid.cells[rows],
        asked.window,
        _by_measure(layer, placed.precise, rows),
        _by_measure(layer, placed.spread, rows),
        _counts(layer, asked, grid, placed.known, rows) | {"people": placed.people[rows]},
    )


def _values(layer: Layer, sums: WindowSums) -> Values:
    """The indicators (indicators, rows)."""
    values = np.empty((len(layer.indicators), sums.cells.size))
    for column, indicator in zip(values, layer.indicators, strict=True):
        np.add(indicator.compute(sums), 0.0, out=column)  # -0 and 0 are one value
    return values


def _people(layer: Layer, grid: Grid) -> Values:
    """How many live in each cell; NaN where that is not known of any of its base cells."""
    people = layer.snapshot.people
    above, size = grid.upwards[people.place], grid.cells.size
    found = np.bincount(above, people.number, size).astype(np.float64)
    return np.where(np.bincount(above, minlength=size) > 0, found, np.nan)


def _unsay(precise: Mass, spread: Mass, known: Known, effort: NDArray[np.int16]) -> None:
    """Where nobody looked and nothing was reported, 0 would be a lie: there is no value, except of effort itself."""
    reported = np.setdiff1d(np.arange(precise.amount.shape[1]), effort)
    nothing = (precise.amount[:, reported] == 0).all(axis=1) & (spread.amount[:, reported] == 0).all(axis=1)
    precise.amount[np.ix_(nothing & (known.state != VISITED), reported)] = np.nan


def _compare_visited(layer: Layer, placed: Sequence[_Placed]) -> None:
    """What was reported where nobody looked is part of an unknown number: it compares with nothing."""
    for p in placed:
        if p.known is not None:
            reported = np.setdiff1d(np.arange(p.precise.amount.shape[1]), layer.snapshot.watch.effort)
            p.precise.amount[np.ix_(p.known.state != VISITED, reported)] = np.nan


def _known(layer: Layer, asked: Asked) -> Window:
    """Of days outside the data's nothing is known: days since the last visit, or without access, end there."""
    first, last = max(asked.window.first, layer.extent.first), min(asked.window.last, layer.extent.last)
    return Window(first, last) if first <= last else asked.window


def _counts(layer: Layer, asked: Asked, grid: Grid, known: Known | None, rows: NDArray[np.int64]) -> Counted:
    """What no sum of the rows' cells or days gives."""
    found = counted(layer.snapshot, _known(layer, asked), wanted_categories(asked.codes(layer)), grid)
    if known is not None:
        found |= {"required": known.required, "covered": known.covered, "denied": known.denied}
    return {name: column[rows] for name, column in found.items()}


def _by_measure(layer: Layer, mass: Mass, rows: NDArray[np.int64]) -> dict[str, Values]:
    """The rows of a mass in each measure's own unit."""
    columns = np.ascontiguousarray(mass.amount.take(rows, axis=0).T) / np.array(layer.snapshot.scales)[:, np.newaxis]
    return dict(zip(layer.snapshot.measures, columns, strict=True))
