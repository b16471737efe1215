"""Count positions, distinct movers and time by cell, day and type, in a stream: what is over is given away.

Positions come in order of time, so a day's groups are complete once that day is over for longer than the longest
silence: memory holds a day or two, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import polars as pl

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import UsageError

from . import count_kernel as kernel
from .count_kernel import Tables

# What is counted, one row a position: `mover` whole numbers or text, `type` text.
COUNTED = ("longitude", "latitude", "time", "mover", "type")
_FIRST_ROOM = 1 << 16
_LARGEST_CODE = 1 << 20  # a mover's number is its row in a table
T = TypeVar("T")


class Counter:
    """Groups of the days that are not over; feed it batches in order of time."""

    def __init__(self, longest_gap_minutes: float) -> None:
        """The way to the next position counts as time where it takes no longer than the gap."""
        self._longest = int(longest_gap_minutes * 60e6)
        self._tables = _empty(_FIRST_ROOM, _FIRST_ROOM, np.empty((0, 2), np.int64))
        self._movers, self._types = _Codes(), _Codes()
        self._given = -(1 << 31)  # days before this one have been given away

    def feed(self, positions: pl.DataFrame) -> pl.DataFrame:
        """Count positions (COUNTED and `cell`); the groups that this completes. Raises UsageError out of order."""
        movers, types = _movers(positions["mover"], self._movers), self._types.of(positions["type"])
        times = positions["time"].dt.epoch("us").to_numpy()
        self._make_room_for_movers(int(movers.max()) + 1 if len(times) else 0)
        columns = positions["cell"].to_numpy(), times, movers, types
        done = 0
        while (done := kernel.count(*columns, self._longest, done, self._tables)) < len(times):
            self._move(self._given, 2)
        if self._tables.numbers[kernel.LATE] or (len(times) and int(times.min()) // kernel.A_DAY < self._given):
            raise UsageError("The positions are not in order of time.", hint="Sort the file by time first.")
        return self._give((int(times[-1]) - self._longest) // kernel.A_DAY if len(times) else self._given)

    @property
    def held(self) -> int:
        """Groups that are kept."""
        return int(self._tables.numbers[kernel.GROUPS])

    def rest(self) -> pl.DataFrame:
        """The groups that are left when all positions are counted."""
        return self._give(1 << 31)

    def _make_room_for_movers(self, movers: int) -> None:
        last = self._tables.last
        if movers > len(last):
            more = np.tile(np.array([np.iinfo(np.int64).min // 2, -1]), (max(movers, 2 * len(last)) - len(last), 1))
            self._tables = self._tables._replace(last=np.concatenate([last, more]))

    def _move(self, first_day: int, times: int) -> None:
        """Take what is of `first_day` or later into tables with so many times the room."""
        old = self._tables
        new = _empty(times * len(old.slots), times * len(old.pairs), old.last)
        kernel.moved(old, first_day, new)
        self._tables = new

    def _give(self, before: int) -> pl.DataFrame:
        """Groups of days before the given one, in no order, and forget them. A day needs as much room as the last."""
        if before <= self._given:
            return _frame(self._tables.groups[:0], self._types.by_name)
        rows = self._tables.groups[: self.held]
        over = _frame(rows.take(np.flatnonzero(rows[:, kernel.DAY] < before), axis=0), self._types.by_name)
        self._move(before, 1)
        self._given = before
        return over


def counted(batches: Iterable[pl.DataFrame], resolution: int, longest_gap_minutes: float) -> Iterator[pl.DataFrame]:
    """Groups of positions (COUNTED): cell, day (UTC), type, fixes, movers, seconds. Raises UsageError out of order.

    While one batch is counted the next one is read and placed.
    """
    counter = Counter(longest_gap_minutes)
    for positions in ahead(_with_cells(batch, resolution) for batch in batches):
        yield counter.feed(positions)
    yield counter.rest()


def _with_cells(positions: pl.DataFrame, resolution: int) -> pl.DataFrame:
    lon, lat = (positions[name].to_numpy() for name in ("longitude", "latitude"))
    return positions.with_columns(pl.Series("cell", hexgrid.from_points(lon, lat, resolution)))


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one always being made in another thread."""
    end = object()
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = maker.submit(next, items, end)
            yield item  # pyright: ignore[reportReturnType]


class _Codes:
    """Numbers from 0 that stand for values, the same in every batch."""

    def __init__(self) -> None:
        self.by_name: dict[str, int] = {}

    def of(self, values: pl.Series) -> np.ndarray:
        """The numbers (n); new values get new ones."""
        named = values if isinstance(values.dtype, pl.Categorical) else values.cast(pl.String).cast(pl.Categorical)
        own = named.to_physical().to_numpy()
        known = named.unique()
        table = np.empty(int(own.max(initial=0)) + 1, np.int32)
        table[known.to_physical().to_numpy()] = [
            self.by_name.setdefault(name, len(self.by_name)) for name in known.cast(pl.String).to_list()
        ]
        return table.take(own)


def _movers(values: pl.Series, codes: _Codes) -> np.ndarray:
    """Numbers of the movers (n): small whole numbers stand for themselves, other values come after them."""
    if not values.dtype.is_integer():
        return codes.of(values)
    numbers = values.cast(pl.Int64).to_numpy()
    other = (numbers < 0) | (numbers >= _LARGEST_CODE)
    if other.any():
        numbers = numbers.copy()
        numbers[other] = _LARGEST_CODE + codes.of(values.filter(other))
    return numbers.astype(np.int32)


def _empty(room: int, pairs: int, last: np.ndarray) -> Tables:
    """Tables of powers of two."""
    groups = np.empty((room * 6 // 10, 8), np.int64)
    return Tables(groups, np.full(room, -1, np.int32), np.full(pairs, -1, np.int64), last, np.zeros(3, np.int64))


def _frame(groups: np.ndarray, types: dict[str, int]) -> pl.DataFrame:
    day = pl.Series(groups[:, kernel.DAY], dtype=pl.Int32).cast(pl.Date)
    kind = pl.Series(list(types), dtype=pl.String).gather(groups[:, kernel.TYPE])
    counts = {"fixes": groups[:, kernel.FIXES], "movers": groups[:, kernel.MOVERS]}
    seconds = groups[:, kernel.MICROSECONDS] / 1e6
    return pl.DataFrame({"cell": groups[:, kernel.CELL], "day": day, "type": kind, **counts, "seconds": seconds})
