"""Pings arrive: file by file, in memory while they are few, else on disk, until their days take them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from hexwatch_schemas.words import DatasetKind

from ..deliveries import Delivered, named
from ..events import REMARK_SCHEMA, Delivery, Measure
from ..lake import LAKE_SCHEMA
from .clean import clean, rejected
from .days import day_of
from .mapping import Cleaning, Order

IN_MEMORY = 500_000  # pings; more wait on disk
ROW_GROUP = 20_000  # of them there: a day is read without its neighbours
_SAID = [name for name in LAKE_SCHEMA if name not in {"refused", "begins"}]
_ORDER = ("nth", "line")  # in which they were delivered


@dataclass
class Arrivals:
    """Pings of all files of a load, and what their files said beside them."""

    scratch: Path
    cleaning: Cleaning
    zone: str
    since: date | None = None  # of UTC: pings of earlier days have expired, and what was made of them is not made again
    counts: Counter[date] = field(default_factory=Counter)  # pings by day of UTC
    files: list[str] = field(default_factory=list)  # their names
    rows_in: int = 0
    unknown_strength: int = 0
    local_days: pl.DataFrame = field(default_factory=pl.DataFrame)  # track, day: of which something is said
    _rejects: list[pl.DataFrame] = field(default_factory=list)
    _remarks: list[pl.DataFrame] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _measures: dict[str, Measure] = field(default_factory=dict)
    _waiting: list[pl.DataFrame] = field(default_factory=list)
    _parts: int = 0

    def add(self, file: str, delivery: Delivery) -> None:
        """Take in a file or a part of it. Only the file has an order of rows: where that matters it is judged now."""
        pings = delivery.events.with_columns(file=pl.lit(file))
        if file not in self.files:
            self.files.append(file)
        self.rows_in += delivery.rows_in
        self._rejects.append(named(delivery.rejects, file))
        self._remarks.append(named(delivery.remarks, file))
        self._notes += [f"{file}: {note}" for note in delivery.notes]
        self._measures |= {measure.name: measure for measure in delivery.measures}
        if self.cleaning.order is Order.FILE:
            pings, refused = clean(pings, self.cleaning)
            self._rejects.append(refused)
        self._keep(pings.select(_SAID))

    def _keep(self, pings: pl.DataFrame) -> None:
        self._parts += 1
        if self.since is not None:
            expired = pings.filter(pl.col("time").dt.date() < self.since)
            self._rejects.append(rejected(expired.with_columns(refused=pl.lit("expired"))))
            pings = pings.filter(pl.col("time").dt.date() >= self.since)
        self.counts.update(dict(pings["time"].dt.date().value_counts().iter_rows()))
        self.unknown_strength += pings["strength"].null_count()
        days = pings.select("track", day=day_of(pl.col("time"), self.zone)).unique()
        self.local_days = pl.concat([self.local_days, days]).unique() if self._parts > 1 else days
        self._waiting.append(pings.with_columns(nth=pl.lit(self._parts)))
        if sum(frame.height for frame in self._waiting) > IN_MEMORY:
            self.scratch.mkdir(parents=True, exist_ok=True)
            ordered = pl.concat(self._waiting).sort("time")
            ordered.write_parquet(self.scratch / f"{self._parts}.parquet", row_group_size=ROW_GROUP)
            self._waiting.clear()

    def on(self, days: Collection[date]) -> pl.DataFrame:
        """The pings of some days of UTC, in the order of their delivery."""
        of_days = pl.col("time").dt.date().is_in(list(days))
        within = pl.col("time").dt.date().is_between(min(days), max(days))  # which statistics of the files can tell
        stored = [pl.scan_parquet(file).filter(within, of_days).collect() for file in sorted(self.scratch.glob("*"))]
        found = [*stored, *(frame.filter(of_days) for frame in self._waiting)]
        empty = pl.DataFrame(schema={name: LAKE_SCHEMA[name] for name in _SAID} | {"nth": pl.Int32()})
        return pl.concat([empty, *found]).sort(_ORDER, maintain_order=True).drop("nth")

    def delivered(self, refused: list[pl.DataFrame]) -> Delivered:
        """All that was delivered, without the pings; `refused` are the rejects of the days that took them in."""
        empty = named(pl.DataFrame(schema=REMARK_SCHEMA), "")
        return Delivered(
            DatasetKind.TRACKS, self.rows_in, pl.DataFrame(),
            pl.concat([empty, *self._rejects, *refused]).sort("file", "line", maintain_order=True),
            pl.concat([empty, *self._remarks]), tuple(self._measures.values()), tuple(dict.fromkeys(self._notes)),
        )  # fmt: skip
