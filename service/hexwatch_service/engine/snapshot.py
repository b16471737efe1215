"""The columnar image of one release: made from what was read, kept in a folder, mapped by every process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hexwatch_schemas import hexgrid
from hexwatch_schemas.hexgrid import Cells

from . import grids
from .columns import Amounts, Facts, Grid, Shares, load, save
from .read import Contents, Rows, Share

_ABOUT = "about.json"


@dataclass(frozen=True)
class Snapshot:
    """Facts on base cells, on supports and on no place; the grid and the supports' shares at each resolution from 1."""

    measures: tuple[str, ...]
    scales: tuple[int, ...]  # stored integers per unit
    precise: Facts
    spread: Facts
    unplaced: Facts
    grids: tuple[Grid, ...]
    shares: tuple[Shares, ...]

    @property
    def base(self) -> Grid:
        """The finest grid, on whose cells the precise facts stand."""
        return self.grids[-1]

    @property
    def supports(self) -> int:
        """How many supports spread facts stand on."""
        return self.shares[-1].starts.size - 1

    def write(self, folder: Path) -> None:
        """Put every column into the folder."""
        for name in ("precise", "spread", "unplaced"):
            save(folder, name, getattr(self, name))
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
            tuple(load(folder, f"grid{r}", Grid) for r in resolutions),
            tuple(load(folder, f"shares{r}", Shares) for r in resolutions),
        )


def build(contents: Contents, base: int, known: Sequence[Grid] = ()) -> Snapshot:
    """The snapshot of a release at resolutions 1 to `base`; `known` grids of an earlier one lend their outlines."""
    place, cells = _positions(contents.precise["place"])
    support, supports = _positions(contents.spread["place"])
    shares = [[s for s in contents.shares if s.resolution == r] for r in range(1, base + 1)]
    finest = np.unique(np.concatenate([cells, *(s.cells for s in shares[-1])]))
    drawn = [_grid(r, finest, shares[r - 1], known) for r in range(1, base + 1)]
    on_grid = np.searchsorted(finest, cells).astype(np.int32)
    positions = np.array([position for _, _, position in contents.measures])
    return Snapshot(
        tuple(name for name, _, _ in contents.measures),
        tuple(scale for _, scale, _ in contents.measures),
        _facts(contents.precise, on_grid[place], positions),
        _facts(contents.spread, support, positions),
        _facts(contents.unplaced, np.zeros(contents.unplaced.size, np.int32), positions),
        tuple(drawn),
        tuple(_shares(s, supports, grid.cells) for s, grid in zip(shares, drawn, strict=True)),
    )


def _positions(places: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Each fact's place as a position among the distinct ones, ascending. (Hashing is much cheaper than sorting.)"""
    coded = pa.array(places.astype(np.int64)).dictionary_encode()
    found = coded.dictionary.to_numpy()
    order = found.argsort()
    rank = np.empty(found.size, np.int32)
    rank[order] = np.arange(found.size, dtype=np.int32)
    return rank[coded.indices.to_numpy()], found[order]


def _grid(resolution: int, finest: Cells, shares: list[Share], known: Sequence[Grid]) -> Grid:
    parents = np.unique(hexgrid.to_parent(finest, resolution))
    cells = np.unique(np.concatenate([parents, *(s.cells for s in shares)]))
    return grids.make(cells, finest, known[resolution - 1] if len(known) >= resolution else None)


def _facts(rows: Rows, place: NDArray[np.int32], measures: NDArray[np.int64]) -> Facts:
    """The rows as columns: those of one day by day (order within a day is kept), the long ones apart."""
    brief = rows["first"] == rows["last"]
    first = rows["first"].astype(np.int32)
    daily, long = np.flatnonzero(brief), np.flatnonzero(~brief)
    daily = daily[first[daily].argsort(kind="stable")]
    days, starts = np.unique(first[daily], return_index=True)
    measure = np.searchsorted(measures, rows["measure"]).astype(np.int16)

    def amounts(which: NDArray[np.int64]) -> Amounts:
        return Amounts(
            place[which],
            rows["category"][which].astype(np.int16),
            measure[which],
            rows["amount"][which].astype(np.int64),
        )

    ends = np.append(starts, daily.size).astype(np.int64)
    return Facts(days, ends, amounts(daily), first[long], rows["last"][long].astype(np.int32), amounts(long))


def _shares(shares: list[Share], supports: NDArray[np.int64], cells: Cells) -> Shares:
    by_support = {s.support: s for s in shares}
    rows = [by_support[s] for s in supports.tolist()]
    starts = np.concatenate([[0], np.cumsum([s.cells.size for s in rows], dtype=np.int64)])
    flat = np.concatenate([np.empty(0, np.int64), *(s.cells for s in rows)])
    weights = np.concatenate([np.empty(0, np.int32), *(s.weights for s in rows)])
    return Shares(starts, np.searchsorted(cells, flat).astype(np.int32), weights)
