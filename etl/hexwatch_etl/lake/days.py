"""A dataset's days in the lake: the database says which files count; a load writes new ones beside them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import psycopg

from ..ownership import Run
from ..store_rows import sql
from .files import LAKE_SCHEMA, read_pings, write_pings


@dataclass(frozen=True)
class Part:
    """A day's file: the run that wrote it, its pings, and the recipe by which they were cleaned and cut."""

    run: int
    pings: int
    recipe: str


def file_of(folder: Path, day: date, run: int, mark: str) -> Path:
    """The file of a day, within the folder of a dataset."""
    return folder / f"day={day}" / f"{run}-{mark}.parquet"


@dataclass
class Lake:
    """The lake as one load sees it. What the load writes counts from its publish on, and never without."""

    folder: Path  # of the dataset
    mark: str  # in the names of the dataset's files
    run: int
    recipe: str
    parts: dict[date, Part]
    expired: date | None = None  # pings of days before it are gone; what was made of them stays
    known: dict[date, Part] = field(init=False)

    def __post_init__(self) -> None:
        self.known = dict(self.parts)

    @property
    def scratch(self) -> Path:
        """A folder for this load alone; made by who uses it."""
        return self.folder / f".run-{self.run}-{self.mark}"

    def path(self, day: date) -> Path:
        """Where the file of a day is."""
        return file_of(self.folder, day, self.parts[day].run, self.mark)

    def read(self, day: date) -> pl.DataFrame:
        """Pings of a day (LAKE_SCHEMA), none where there are none."""
        return read_pings(self.path(day)) if day in self.parts else pl.DataFrame(schema=LAKE_SCHEMA)

    def write(self, day: date, pings: pl.DataFrame) -> None:
        """Replace a day, for this load; without pings it is no longer there."""
        if pings.is_empty():
            self.parts.pop(day, None)
            return
        self.parts[day] = Part(self.run, pings.height, self.recipe)
        facts = {"dataset": self.folder.name, "day": day, "run": self.run, "recipe": self.recipe}
        write_pings(self.path(day), pings, facts)

    def keep(self, day: date) -> None:
        """The day's file is what the recipe makes of it, too."""
        self.parts[day] = Part(self.parts[day].run, self.parts[day].pings, self.recipe)

    def empty(self) -> None:
        """Begin anew: nothing that was known counts, nor what was made of pings that have expired."""
        self.parts.clear()
        self.expired = None

    @property
    def made_anew(self) -> bool:
        """Does nothing that was known count as it was?"""
        return self.expired is None and all(self.parts.get(day) != part for day, part in self.known.items())

    def settled_before(self, reach: timedelta) -> date | None:
        """Days before it stay as they are: to judge them anew would need pings that have expired."""
        return self.expired and self.expired + timedelta(2 + 2 * -(-reach // timedelta(1)))

    def register(self, conn: psycopg.Connection, dataset: int) -> None:
        """Inside the publish transaction: from now on the files of this load count."""
        conn.execute(sql("lake.note_expired"), {"dataset": dataset, "expired": self.expired})
        gone = [day for day in self.known if day not in self.parts]
        conn.execute(sql("lake.forget"), {"dataset": dataset, "days": gone})
        new = [(day, *vars(part).values()) for day, part in self.parts.items() if self.known.get(day) != part]
        columns = zip(*new, strict=True) if new else ((),) * 4
        asked = dict(zip(("days", "runs", "pings", "recipes"), map(list, columns), strict=True))
        conn.execute(sql("lake.register"), {"dataset": dataset} | asked)

    def sweep(self) -> None:
        """Remove files that do not count: what this load replaced, or an earlier one left when it was killed.

        A load that was replaced by a newer one leaves that one's files alone.
        """
        counted = {self.path(day) for day in self.parts}
        for file in self.folder.glob(f"day=*/*-{self.mark}.parquet"):  # also `.…`, which was never finished
            if file not in counted and self._is_ours(file):
                file.unlink()
                if not any(file.parent.iterdir()):
                    file.parent.rmdir()
        for left in self.folder.glob(f".run-*-{self.mark}"):
            shutil.rmtree(left)

    def _is_ours(self, file: Path) -> bool:
        return int(file.name.lstrip(".").split("-")[0]) <= self.run


@contextmanager
def open_lake(run: Run, folder: Path, dataset: str, recipe: str) -> Iterator[Lake]:
    """The lake of a dataset that this run owns. At the end nothing is left of what did not come to count."""
    row = run.conn.execute(sql("lake.mark"), {"dataset": run.dataset}).fetchone()
    assert row is not None, "a dataset that is owned is there"
    found = run.conn.execute(sql("lake.days"), {"dataset": run.dataset}).fetchall()
    parts = {day: Part(number, pings, recipe) for day, number, pings, recipe in found}
    lake = Lake(folder / f"dataset={dataset}", str(row[0])[:8], run.id, recipe, parts, row[1])
    lake.sweep()
    try:
        yield lake
    except BaseException:
        lake.parts = dict(lake.known)
        raise
    finally:
        lake.sweep()
