"""Loading what is due of a declared dataset: the next window after the watermark, or whatever is new at its source."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from hexwatch_schemas.errors import LoadLost, UsageError
from hexwatch_schemas.settings import settings
from hexwatch_schemas.windows import Window
from hexwatch_schemas.words import DatasetKind

from . import catalogue
from .areas import AreaRequest, load_areas
from .fetch import Fetched, Mark, Wanted, fetch
from .load import Progress, Report, Request, load
from .ownership import Charge, Run, charged, held, owned
from .project.apply import description
from .project.model import Acled, DeclaredDataset
from .publish import publish
from .rasters.load import RasterRequest, load_rasters
from .store_rows import sql
from .tracks.load import are_pings, load_tracks
from .tracks.mapping import load_either


@dataclass(frozen=True)
class Declared:
    """A dataset of a project file, and the folder that the file is in."""

    name: str
    said: DeclaredDataset
    beside: Path


@dataclass(frozen=True)
class Pulled:
    """What came of it: `due` are windows that are left, `report` is None where there was nothing to load."""

    dataset: str
    status: str
    window: tuple[date, date] | None
    due: int
    report: Report | None = None


def pull(
    conn: psycopg.Connection, declared: Declared, window: Window | None = None, progress: Progress = lambda _: None
) -> Pulled:
    """Load the window, or else what is due, on an autocommit connection.

    Raises Locked, UpstreamError, and as `load` does; nothing is published then, and the watermark stays.
    """
    with charged(Charge(deadline=_deadline(declared))), held(conn, declared.name) as number:
        before = watermark(conn, number)
        due = windows_due(declared.said, before) if declared.said.by_days and window is None else []
        if declared.said.by_days and window is None and not due:
            return Pulled(declared.name, "nothing due", None, 0)
        chosen = window or (due[0] if due else None)
        progress("Fetching")
        found = _fetched(conn, declared, number, chosen, before)
        left, days = max(0, len(due) - 1), (chosen.first, chosen.last) if chosen else None
        if found is None:
            return Pulled(declared.name, "nothing new", days, left)
        duties = _Duties(number, None if window else before, window is None, chosen, found)
        report = _load(conn, declared, chosen, found, duties, progress)
        shutil.rmtree(_folder(declared, chosen), ignore_errors=True)
        return Pulled(declared.name, report.status if report else "unchanged", days, left, report)


def _deadline(declared: Declared) -> timedelta | None:
    return declared.said.schedule.deadline if declared.said.schedule else None


def windows_due(said: DeclaredDataset, watermark: str | None, today: date | None = None) -> list[Window]:
    """Whole windows between the watermark and the last day that is complete at the source, oldest first."""
    plan = said.schedule
    if plan is None or plan.start is None:
        raise UsageError("This source is asked by days: its schedule needs a `start`.", hint="Or name --from and --to.")
    first = date.fromisoformat(watermark) + timedelta(1) if watermark else plan.start
    complete = (today or datetime.now(UTC).date()) - timedelta(plan.delay_days)
    return cut_days(Window(first, min(complete, plan.until or complete)), plan.days, whole=plan.until is None)


def cut_days(span: Window, days: int, *, whole: bool = False) -> list[Window]:
    """The span in windows of so many days; with `whole`, none that is shorter."""
    found, first = [], span.first
    while first <= span.last:
        last = first + timedelta(days - 1)
        if last > span.last and whole:
            break
        found.append(Window(first, min(last, span.last)))
        first = last + timedelta(1)
    return found


def watermark(conn: psycopg.Connection, number: int) -> str | None:
    """Where the schedule of a dataset has come to."""
    row = conn.execute(sql("pull.watermark"), {"dataset": number}).fetchone()
    return row[0] if row else None


def _folder(declared: Declared, window: Window | None) -> Path:
    """Stays when a fetch breaks off, so that the next one need not begin anew."""
    name = f"{window.first}_{window.last}" if window else "newest"
    return settings().data_folder / "fetching" / declared.name / name


def _fetched(
    conn: psycopg.Connection, declared: Declared, number: int, window: Window | None, before: str | None
) -> Fetched | None:
    """What the source has; a failure to get it is a failed run."""
    origin, plan = declared.said.origin, declared.said.schedule
    if origin is None:
        raise UsageError(f"Dataset {declared.name!r} has no `from` in the project file.")
    lag = timedelta(plan.lag_days if plan else 0)
    asked = Window(window.first - lag, window.last) if window else None
    rows = conn.execute(sql("pull.fetched"), {"dataset": number}).fetchall()
    known = {row[0]: Mark(*row) for row in rows}
    since = before if isinstance(origin, Acled) else None
    wanted = Wanted(declared.name, _folder(declared, window), declared.beside, asked, since, known)
    try:
        return fetch(origin, wanted)
    except Exception:
        with charged(Charge(window)), owned(conn, declared.name, [], {"fetching": type(origin).__name__}):
            raise


@dataclass(frozen=True)
class _Duties:
    """What becomes true together with the load."""

    number: int
    before: str | None
    moves: bool  # the watermark
    window: Window | None
    found: Fetched

    def __call__(self, run: Run) -> None:
        """In the transaction that publishes. Raises LoadLost where another moved the watermark meanwhile."""
        for mark in self.found.marks:
            run.conn.execute(sql("pull.note_fetched"), {**vars(mark), "dataset": self.number, "run": run.id})
        asked = {"dataset": self.number, "run": run.id}
        if self.window:
            said = {**asked, "first": self.window.first, "last": self.window.last}
            run.conn.execute(sql("pull.note_window"), said)
        reached = str(self.window.last) if self.window else self.found.reached
        if self.moves and reached:
            moved = {**asked, "value": reached, "before": self.before}
            if run.conn.execute(sql("pull.move_watermark"), moved).fetchone() is None:
                raise LoadLost("Another load moved the watermark meanwhile; this one published nothing.")


def _load(
    conn: psycopg.Connection, declared: Declared, window: Window | None, found: Fetched, duties: _Duties,
    progress: Progress,
) -> Report | None:  # fmt: skip
    charge = Charge(window, _deadline(declared), duties)
    if found.gone:
        with charged(replace(charge, also=lambda _: None) if found.files else charge):
            withdraw(conn, declared.name, found.gone)
    if found.files:
        with charged(charge):
            return _by_kind(conn, declared, found, progress)
    if not found.gone:
        with charged(charge), owned(conn, declared.name, [], {"empty": True}) as run, conn.transaction():
            run.check_fence()
            run.finish("unchanged", rows_in=0, rows_loaded=0, rows_quarantined=0)
    return None


def withdraw(conn: psycopg.Connection, name: str, keys: tuple[str, ...]) -> None:
    """Close reports that were deleted at their source, in a load of its own."""
    dataset = catalogue.find(conn, name)
    with owned(conn, name, [], {"withdrawn": len(keys)}) as run:
        conn.execute(sql("events.stage"))
        conn.execute(sql("events.empty_stage"))
        measures = [m for (m,) in conn.execute(sql("catalogue.measures"), {"dataset": dataset.number})]
        with run.step("publish"):
            done = publish(run, dataset, replace=False, measures=measures, gone=keys)
        run.finish("published" if done.release else "unchanged", events_opened=0, events_closed=done.closed)


def _by_kind(conn: psycopg.Connection, declared: Declared, found: Fetched, progress: Progress) -> Report:
    name, said, about = declared.name, declared.said, description(declared.said)
    if said.kind is DatasetKind.AREAS:
        if len(found.files) != 1:
            raise UsageError(f"Dataset {name!r} gets {len(found.files)} files of areas; they are loaded one at a time.")
        level = said.level or ""
        asked = AreaRequest(name, found.files[0], level, said.key, said.name, said.country, None, about, said.replace)
        return load_areas(conn, asked, progress)
    if said.kind is DatasetKind.RASTER:
        folder = settings().raster_folder
        return load_rasters(conn, RasterRequest(name, found.files, folder, about, replace=said.replace), progress)
    mapping = load_either(declared.beside / said.mapping) if said.mapping else None
    source = None if mapping else said.source or found.source
    request = Request(
        name, found.files, source, mapping, about, replace=said.replace, zone=said.zone, replace_days=said.replace_days
    )
    tracks = said.kind is DatasetKind.TRACKS or are_pings(request)
    return (load_tracks if tracks else load)(conn, request, progress)
