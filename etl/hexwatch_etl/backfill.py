"""Windows by hand: a span that resumes where it ended, a run once more, a run ended."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.windows import Window

from . import catalogue
from .ownership import end_session
from .pull import Declared, Pulled, cut_days, pull, watermark, windows_due
from .store_rows import sql


def backfill(conn: psycopg.Connection, declared: Declared, span: Window, *, again: bool = False) -> Iterator[Pulled]:
    """Load a span window by window, on an autocommit connection; those that are loaded are passed over.

    Raises as `pull` does; the windows before stay loaded.
    """
    if not declared.said.by_days:
        raise UsageError(f"Dataset {declared.name!r} is not asked by days.", hint="See: hexwatch pull")
    number = catalogue.find(conn, declared.name).number
    done = set(conn.execute(sql("pull.loaded_windows"), {"dataset": number}).fetchall())
    days = declared.said.schedule.days if declared.said.schedule else 1
    for window in cut_days(span, days):
        if again or (window.first, window.last) not in done:
            yield pull(conn, declared, window)


def of_run(conn: psycopg.Connection, run: int) -> tuple[str, Window | None]:
    """The dataset and the window of a run. Raises UsageError where there is none."""
    row = conn.execute(sql("pull.run"), {"run": run}).fetchone()
    if row is None:
        raise UsageError(f"There is no run {run}.", hint="See: hexwatch runs")
    dataset, first, last, *_ = row
    return dataset, Window(first, last) if first else None


def again(conn: psycopg.Connection, declared: Declared, window: Window | None) -> Pulled:
    """The window once more; of a schedule's next window, as the schedule would, so that its watermark moves."""
    return pull(conn, declared, None if window is None or _is_next(conn, declared, window) else window)


def _is_next(conn: psycopg.Connection, declared: Declared, window: Window) -> bool:
    number = catalogue.find(conn, declared.name).number
    plan = declared.said.schedule
    return plan is not None and window in windows_due(declared.said, watermark(conn, number))[:1]


def cancel(conn: psycopg.Connection, run: int, reason: str) -> None:
    """End the load that holds its dataset as this run. Raises UsageError where there is none."""
    row = conn.execute(sql("pull.holder"), {"run": run}).fetchone()
    if row is None:
        raise UsageError(f"Run {run} is not under way.", hint="See: hexwatch runs")
    end_session(conn, row[0], reason)
