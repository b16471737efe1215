"""A load owns its dataset: a session lock that dies with it, and a fence that refuses it once it was replaced."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from psycopg.types.json import Jsonb

from hexwatch_schemas import __version__
from hexwatch_schemas.errors import HexwatchError, LoadLost, Locked
from hexwatch_schemas.logs import RUN
from hexwatch_schemas.windows import Window

from .store_rows import sql

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """One load, from its lock to its last word; its number is the fencing token."""

    conn: psycopg.Connection
    id: int
    dataset: int
    also: Callable[[Run], None] = lambda _: None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step and leave it in ops.step; must not be opened inside a transaction that may roll back."""
        began = time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        self.conn.execute(sql("runs.step"), {"run": self.id, "name": name, "seconds": seconds})
        log.info("%s: %.3f s", name, seconds, extra={"step": name, "seconds": round(seconds, 3)})

    def check_fence(self) -> None:
        """Inside the publish transaction: refuse where a newer run took the dataset, else note what was charged.

        Raises LoadLost.
        """
        row = self.conn.execute(sql("runs.fence"), {"dataset": self.dataset}).fetchone()
        if row is None or row[0] != self.id:
            raise LoadLost(
                "A newer load took over this dataset; this one published nothing.",
                hint="Run it again if it still matters.",
            )
        self.also(self)

    def finish(self, status: str, **counts: object) -> None:
        """Leave the last word in ops.run."""
        blank = dict.fromkeys(("rows_in", "rows_loaded", "rows_quarantined", "events_opened", "events_closed", "error"))
        self.conn.execute(sql("runs.finish"), {**blank, **counts, "run": self.id, "status": status})
        log.info("%s", status, extra={"status": status, **counts})


@dataclass(frozen=True)
class Charge:
    """What loads of a block are asked beyond their files."""

    window: Window | None = None  # the days that the files are of
    deadline: timedelta | None = None  # after that anyone may end the load
    also: Callable[[Run], None] = lambda _: None  # becomes true in the transaction that publishes, or not at all


_NOTHING = Charge()
_CHARGE: ContextVar[Charge | None] = ContextVar("charge", default=None)


@contextmanager
def charged(charge: Charge) -> Iterator[None]:
    """Loads of whatever kind within the block are charged so."""
    token = _CHARGE.set(charge)
    try:
        yield
    finally:
        _CHARGE.reset(token)


@contextmanager
def held(conn: psycopg.Connection, dataset: str) -> Iterator[int]:
    """Keep every other session from loading a dataset; its number. This session may still load it. Raises Locked.

    A session that holds it beyond its deadline, because its process hangs or was stopped, is ended.
    """
    number = _number(conn, dataset)
    if not _flag(conn, "runs.try_lock", number) and not (
        end_overdue(conn, number) and _flag(conn, "runs.try_lock", number)
    ):
        raise Locked(
            f"Another load of {dataset!r} is under way.", hint="Wait for it, or see who holds it with: hexwatch runs"
        )
    conn.execute(sql("runs.hold"), {"dataset": number, "deadline": (_CHARGE.get() or _NOTHING).deadline})
    try:
        yield number
    finally:
        if not conn.closed:
            _flag(conn, "runs.unlock", number)


@contextmanager
def owned(
    conn: psycopg.Connection, dataset: str, files: list[dict[str, object]], options: dict[str, object]
) -> Iterator[Run]:
    """Take a dataset for one load on an autocommit connection; a failure is recorded, then raised. Raises Locked."""
    with held(conn, dataset) as number:
        run = _start(conn, number, files, options)
        token = RUN.set(run.id)
        log.info("a load of %s began", dataset, extra={"dataset": dataset, "files": files})
        try:
            yield run
        except BaseException as error:
            _record_failure(run, error)
            log.warning("the load of %s failed: %s", dataset, type(error).__name__, extra={"dataset": dataset})
            raise
        finally:
            RUN.reset(token)


def end_overdue(conn: psycopg.Connection, dataset: int | None = None) -> list[str]:
    """End the sessions that hold a dataset, or any, beyond their deadline; the datasets."""
    overdue = conn.execute(sql("runs.overdue"), {"dataset": dataset}).fetchall()
    for _, backend in overdue:
        end_session(conn, backend, "its deadline had passed")
    return [name for name, _ in overdue]


def end_session(conn: psycopg.Connection, backend: int, reason: str) -> None:
    """End a session of the database that loads; its run is told to have failed. Returns when its lock is free."""
    conn.execute(sql("runs.end_backend"), {"backend": backend})
    conn.execute(sql("runs.ended"), {"backend": backend, "error": f"Cancelled: {reason}"})


def _start(conn: psycopg.Connection, number: int, files: list[dict[str, object]], options: dict[str, object]) -> Run:
    charge = _CHARGE.get() or _NOTHING
    window = (charge.window.first, charge.window.last) if charge.window else (None, None)
    started = {
        "dataset": number, "files": Jsonb(files), "options": Jsonb(options), "version": __version__,
        "deadline": charge.deadline, "first": window[0], "last": window[1],
    }  # fmt: skip
    row = conn.execute(sql("runs.start"), started).fetchone()
    assert row is not None, "INSERT … RETURNING gives a row"
    return Run(conn, row[0], number, charge.also)


def _number(conn: psycopg.Connection, dataset: str) -> int:
    row = conn.execute(sql("runs.dataset_number"), {"id": dataset}).fetchone()
    if row is None:
        raise HexwatchError(f"There is no dataset {dataset!r}.")
    return row[0]


def _flag(conn: psycopg.Connection, name: str, number: int) -> bool:
    row = conn.execute(sql(name), {"dataset": number}).fetchone()
    return bool(row and row[0])


def _record_failure(run: Run, error: BaseException) -> None:
    if run.conn.closed:
        return  # the run stays `running`; its lock is gone, so the next load knows
    run.finish("failed", error=f"{type(error).__name__}: {error}"[:2000])
