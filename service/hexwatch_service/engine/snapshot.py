"""The columnar image of one release: made from what was read, kept in a folder, mapped by every process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hexwatch_schemas import hexgrid
from hexwatch_schemas.hexgrid import Cells

from . import grids
from .additions import added, moved
from .columns import Amounts, Facts, Grid, People, Presence, Shares, Watch, load, save
from .read import Contents

_ABOUT = "about.json"


@dataclass(frozen=True)
class Snapshot:
    """Facts on base cells, on supports and on no place; the grid and the supports' shares at each resolution from 1."""

    measures: tuple[str, ...]
    scales: tuple[int, ...]  # stored integers per unit
    precise: Facts
    spread: Facts
    unplaced: Facts
    presence: Presence
    watch: Watch
    people: People
    grids: tuple[Grid, ...]
    shares: tuple[Shares, ...]

    @property
    def base(self) -> Grid:
        """The finest grid, on whose cells the precise facts stand."""
        return self.grids[-1]

    @property
    def watched(self) -> bool:
        """Whether it is known where somebody looked, so that cells have states."""
        return self.watch.effort.size > 0

    @property
    def supports(self) -> int:
        """How many supports spread facts stand on."""
        return self.shares[-1].starts.size - 1

    def write(self, folder: Path) -> None:
        """Put every column into the folder."""
        for name in ("precise", "spread", "unplaced"):
            save(folder, name, getattr(self, name))
        save(folder, "presence", self.presence)
        save(folder, "watch", self.watch)
        save(folder, "people", self.people)
        for at, (grid, shares) in enumerate(zip(self.grids, self.shares, strict=True), 1):
            save(folder, f"grid{at}", grid)
            save(folder, f"shares{at}", shares)
        about = {"measures": self.measures, "scales": self.scales, "base": len(self.grids)}
        (folder / _ABOUT).write_text(json.dumps(about))

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Map what `write` wrote. Raises OSError or ValueError where it is not whole."""
        about = json.loads((folder / _ABOUT).read_text())
        resolutions = range(1, about["base"] + 1)
        return cls(
            tuple(about["measures"]),
            tuple(about["scales"]),
            load(folder, "precise", Facts),
            load(folder, "spread", Facts),
            load(folder, "unplaced", Facts),
            load(folder, "presence", Presence),
            load(folder, "watch", Watch),
            load(folder, "people", People),
            tuple(load(folder, f"grid{r}", Grid) for r in resolutions),
            tuple(load(folder, f"shares{r}", Shares) for r in resolutions),
        )


def build(contents: Contents, known: Snapshot | None = None) -> Snapshot:
    """The snapshot of what was read. A `known` one lends its outlines, and its facts if the contents add to them."""
    place, cells = _positions(contents.precise["place"])
    support, supports = _positions(contents.spread["place"])
    assert all(supports.tolist() == table["support"].to_pylist() for table in contents.shares), "every support is known"
    before = known.base.cells if known and contents.additive else cells[:0]
    finest = grids.joined(
        grids.joined(cells, before), np.concatenate([_flat(contents.shares[-1], "cells"), _watched(contents)])
    )
    drawn = [_grid(r, finest, shares, known.grids if known else ()) for r, shares in enumerate(contents.shares, 1)]
    positions = np.array([position for _, _, position in contents.measures], np.int16)
    precise = _facts(contents.precise, np.searchsorted(finest, cells).astype(np.int32)[place], positions)
    if known and contents.additive:
        precise = added(moved(known.precise, np.searchsorted(finest, before).astype(np.int32)), precise)
    return Snapshot(
        tuple(name for name, _, _ in contents.measures),
        tuple(scale for _, scale, _ in contents.measures),
        precise,
        _facts(contents.spread, support, positions),
        _facts(contents.unplaced, np.zeros(contents.unplaced.num_rows, np.int32), positions),
        _presence(contents.presence, finest),
        _watch(contents, finest, positions),
        _people(contents.people, finest),
        tuple(drawn),
        tuple(_shares(shares, grid.cells) for shares, grid in zip(contents.shares, drawn, strict=True)),
    )


def _positions(places: pa.ChunkedArray) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Each fact's place as a position among the distinct ones, ascending. (Hashing is much cheaper than sorting.)"""
    coded = places.combine_chunks().dictionary_encode()
    found = coded.dictionary.to_numpy()
    order = found.argsort()
    rank = np.empty(found.size, np.int32)
    rank[order] = np.arange(found.size, dtype=np.int32)
    return rank[coded.indices.to_numpy()], found[order]


def _grid(resolution: int, finest: Cells, shares: pa.Table, known: Sequence[Grid]) -> Grid:
    # Parents of ascending cells ascend: an index begins with its parent's digits.
    cells = grids.joined(grids.distinct(hexgrid.to_parent(finest, resolution)), _flat(shares, "cells"))
    return grids.make(resolution, cells, finest, known[resolution - 1] if len(known) >= resolution else None)


def _facts(rows: pa.Table, place: NDArray[np.int32], measures: NDArray[np.int16]) -> Facts:
    """The rows as columns: those of one day by day (order within a day is kept), the long ones apart."""
    first, last, category, amount = (rows[name].to_numpy() for name in ("day_from", "day_to", "category", "amount"))
    first, last = (days.astype("datetime64[D]").astype(np.int32) for days in (first, last))
    measure = np.searchsorted(measures, rows["measure"].to_numpy()).astype(np.int16)

    def amounts(which: NDArray[np.int64]) -> Amounts:
        return Amounts(place[which], category[which], measure[which], amount[which])

    daily, long = _by_day(first, np.flatnonzero(first == last)), np.flatnonzero(first != last)
    days = first[daily]
    starts = np.flatnonzero(np.diff(days, prepend=-(1 << 30)))
    return Facts(days[starts], np.append(starts, daily.size), amounts(daily), first[long], last[long], amounts(long))


def _presence(rows: pa.Table, finest: Cells) -> Presence:
    """The rows ordered by their tracks. A visit is a fact too, so the grid has its cell."""
    place, day, category, track = (rows[name].to_numpy() for name in ("place", "day", "category", "track"))
    order = track.argsort(kind="stable")
    at = np.searchsorted(finest, place).astype(np.int32)
    return Presence(at[order], day.astype("datetime64[D]").astype(np.int32)[order], category[order], track[order])


def _watched(contents: Contents) -> Cells:
    """The cells that have a state, or people, without any fact."""
    known = (contents.denied["place"].to_numpy(), np.array(contents.required, np.int64))
    return np.concatenate([*known, contents.people["place"].to_numpy()])


def _people(people: pa.Table, finest: Cells) -> People:
    return People(np.searchsorted(finest, people["place"].to_numpy()).astype(np.int32), people["people"].to_numpy())


def _watch(contents: Contents, finest: Cells, measures: NDArray[np.int16]) -> Watch:
    denied = contents.denied
    first, last = (denied[day].to_numpy().astype("datetime64[D]").astype(np.int32) for day in ("day_from", "day_to"))
    return Watch(
        np.searchsorted(finest, denied["place"].to_numpy()).astype(np.int32),
        first,
        last,
        np.searchsorted(finest, np.array(contents.required, np.int64)).astype(np.int32),
        np.searchsorted(measures, np.array(contents.effort, np.int16)).astype(np.int16),
    )


def _by_day(days: NDArray[np.int32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows ordered by their days. Sorting is ten times as fast where 16 bits hold the days: 179 years."""
    keys = days[rows] - days[rows].min(initial=1 << 30)
    return rows[(keys.astype(np.uint16) if keys.max(initial=0) < 1 << 16 else keys).argsort(kind="stable")]


def _shares(shares: pa.Table, cells: Cells) -> Shares:
    counts = shares["cells"].combine_chunks().value_lengths().to_numpy()
    starts = np.concatenate([[0], counts.cumsum(dtype=np.int64)])
    return Shares(starts, np.searchsorted(cells, _flat(shares, "cells")).astype(np.int32), _flat(shares, "weights"))


def _flat(shares: pa.Table, column: str) -> NDArray[Any]:
    """The items of all lists, one after another."""
    return shares[column].combine_chunks().flatten().to_numpy()
