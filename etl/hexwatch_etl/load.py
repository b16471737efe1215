"""A load from end to end: source, validate, place, stage, publish."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import polars as pl
import psycopg

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.settings import settings

from . import catalogue, sources
from .catalogue import Dataset, Description
from .deliveries import Delivered, keep_rejects, merge, refuse_over_threshold
from .events import Delivery
from .executors import HERE
from .mapping import Mapping
from .ownership import Run, owned
from .place import place
from .publish import publish
from .stage import stage
from .store_rows import sql
from .tracks.mapping import PingMapping

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What an operator asked for."""

    dataset: str
    files: tuple[Path, ...]
    source: str | None = None
    mapping: Mapping | PingMapping | None = None
    description: Description = field(default_factory=Description)
    delivered: date | None = None  # the day the files were received; later days are the future
    replace: bool = False  # the files are the whole dataset: what they lack was deleted
    zone: str | None = None  # of tracks: whose midnights part the days; else as the mapping says
    replace_days: bool = False  # of tracks: the files are all there is of the days of their tracks
    executor: str = HERE  # of tracks: where they are cut
    lake: Path = field(default_factory=lambda: settings().lake_folder)  # where pings stay


@dataclass(frozen=True)
class Report:
    """What came of it; rows_in == rows_loaded + rows_quarantined."""

    dataset: str
    run: int
    status: str
    release: int | None
    digest: str
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    quarantined: dict[str, int]
    remarks: dict[str, int]
    placement: dict[str, int]
    events_opened: int
    events_closed: int
    notes: list[str]


def load(conn: psycopg.Connection, request: Request, progress: Progress = lambda _: None) -> Report:
    """Load incident or post files into a dataset, on an autocommit connection.

    Raises UnreadableFile, MappingError, UsageError, QuarantineExceeded, Locked, LoadLost; nothing is published then.
    """
    progress("Reading")
    chosen = sources.get(request.source) if request.source else None
    chosen = chosen or (sources.get("table") if request.mapping else sources.detect(request.files[0]))
    delivered = merge((f.name, read(f, chosen, request)) for f in request.files)
    origin = (request.mapping and request.mapping.origin) or chosen.origin
    said = titled(request)
    dataset = catalogue.declare(conn, request.dataset, delivered.kind, (chosen.id, chosen.title), origin, said)
    files = [file_facts(f) for f in request.files]
    with owned(conn, request.dataset, files, {"source": chosen.id, "replace": request.replace}) as run:
        return _owned_load(run, dataset, request, delivered, progress)


def read(path: Path, source: sources.Source, request: Request) -> Delivery:
    """One file of a load. Raises UsageError where there is none."""
    return sources.read_delivery(there(path), source=source, mapping=request.mapping, delivered=request.delivered)


def there(path: Path) -> Path:
    """A file of a load. Raises UsageError where there is none."""
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    return path


def titled(request: Request) -> Description:
    """What the operator said; a title that only the mapping has is taken from there."""
    titled = request.description.title or (request.mapping and request.mapping.title) or None
    return replace(request.description, title=titled)


def file_facts(path: Path) -> dict[str, object]:
    """What the ledger keeps of a file: name, bytes, sha256."""
    with path.open("rb") as file:
        return {
            "name": path.name,
            "bytes": path.stat().st_size,
            "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
        }


def _owned_load(run: Run, dataset: Dataset, request: Request, delivered: Delivered, progress: Progress) -> Report:
    conn = run.conn
    keep_rejects(run, delivered)
    refuse_over_threshold(delivered, dataset.threshold)
    scales = catalogue.add_measures(conn, dataset, delivered.measures)
    catalogue.add_categories(conn, dataset, delivered.events["category"].unique().sort().to_list())
    progress("Placing")
    with run.step("place"):
        placed = place(delivered.events, dataset.base, _areas(conn, dataset))
    progress("Staging")
    with run.step("stage"):
        stage(conn, dataset, placed, scales)
    progress("Publishing")
    with run.step("publish"):
        done = publish(run, dataset, replace=request.replace, measures=list(scales))
    counts = {"events_opened": done.opened, "events_closed": done.closed, **delivered.counts}
    status = "published" if done.release else "unchanged"
    run.finish(status, **counts)
    notes = [*delivered.notes, *_area_note(placed.without_area, dataset)]
    return Report(
        dataset=dataset.id, run=run.id, status=status, release=done.release, digest=done.digest, notes=notes,
        quarantined=delivered.by_rule(delivered.rejects), remarks=delivered.by_rule(delivered.remarks),
        placement=_placement(placed.events), **counts,
    )  # fmt: skip


def _areas(conn: psycopg.Connection, dataset: Dataset) -> gpd.GeoDataFrame | None:
    """Outlines that carry this dataset's province-level reports: columns level, content, geometry."""
    if dataset.areas is None:
        return None
    rows = conn.execute(sql("areas.current"), {"dataset": catalogue.find(conn, dataset.areas).number}).fetchall()
    levels, contents, shapes = zip(*rows, strict=True) if rows else ((), (), ())
    return gpd.GeoDataFrame({"level": levels, "content": contents}, geometry=gpd.GeoSeries.from_wkb(shapes), crs=4326)


def _area_note(waiting: int, dataset: Dataset) -> list[str]:
    if not waiting:
        return []
    where = "lie in no loaded area" if dataset.areas else "wait for outlines (load areas, then give --areas)"
    return [f"{waiting} reports known only to a province {where}: they are unplaced."]


def _placement(events: pl.DataFrame) -> dict[str, int]:
    precise, spread = events["cell"].count(), events["support"].count()
    return {"precise": precise, "spread": spread, "unplaced": events.height - precise - spread}
