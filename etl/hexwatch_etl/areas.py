"""Loading areas: administrative boundaries and zones, which carry less exact reports and totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import psycopg

from hexwatch_schemas.words import DatasetKind

from . import catalogue
from .areas_read import AreaDelivery, read_areas
from .catalogue import Dataset, Description
from .deliveries import Delivered, keep_rejects, refuse_over_threshold
from .events import EVENT_SCHEMA, Origin
from .load import Progress, Report, file_facts
from .ownership import Run, owned
from .store_rows import copy_rows, sql


@dataclass(frozen=True)
class AreaRequest:
    """What an operator asked for; None lets the reader look for the usual column names."""

    dataset: str
    file: Path
    level: str
    key: str | None = None
    name: str | None = None
    country: str | None = None
    layer: str | None = None  # of a GeoPackage that has several
    description: Description = field(default_factory=Description)
    replace: bool = False


def load_areas(conn: psycopg.Connection, request: AreaRequest, progress: Progress = lambda _: None) -> Report:
    """Load an area file into a dataset of kind `areas`, on an autocommit connection. Raises as `load` does."""
    progress("Reading")
    read = read_areas(
        request.file,
        key=request.key,
        name=request.name,
        level=request.level,
        country=request.country,
        layer=request.layer,
    )
    identity = ("areas", "Administrative boundaries and zones")
    dataset = catalogue.declare(conn, request.dataset, DatasetKind.AREAS, identity, Origin("", ""), request.description)
    with owned(conn, request.dataset, [file_facts(request.file)], {"level": request.level}) as run:
        delivered = _as_delivered(read, request.file.name)
        keep_rejects(run, delivered)
        refuse_over_threshold(delivered, dataset.threshold)
        progress("Publishing")
        opened, closed = _publish(run, dataset, read, request.replace)
        return _report(run, dataset, delivered, opened, closed)


def _as_delivered(read: AreaDelivery, file: str) -> Delivered:
    name = pl.lit(file).alias("file")
    rejects, remarks = (f.select(name, "line", "rule", "reason", "row") for f in (read.rejects, read.remarks))
    keys = pl.DataFrame({"key": read.areas["key"].tolist()}, schema={"key": EVENT_SCHEMA["key"]})
    return Delivered(DatasetKind.AREAS, read.rows_in, keys, rejects, remarks, (), ())


def _publish(run: Run, dataset: Dataset, read: AreaDelivery, replace: bool) -> tuple[int, int]:
    """How many areas this run opened and closed."""
    conn, asked = run.conn, {"dataset": dataset.number, "run": run.id, "replace": replace}
    rows = {c: read.areas[c].tolist() for c in ("key", "name", "level", "country")}
    frame = pl.DataFrame(
        rows | {"geom": read.areas.geometry.to_wkb(hex=True).tolist()}, schema_overrides={"country": pl.String}
    )
    conn.execute(sql("areas.stage"))
    with run.step("publish"), conn.transaction():
        run.check_fence()
        conn.execute(sql("areas.empty_stage"))
        copy_rows(conn, sql("areas.copy_stage"), frame)
        closed = conn.execute(sql("areas.close"), asked).rowcount
        opened = conn.execute(sql("areas.open"), asked).rowcount
        conn.execute(sql("areas.notify"))
        return opened, closed


def _report(run: Run, dataset: Dataset, delivered: Delivered, opened: int, closed: int) -> Report:
    status = "published" if opened or closed else "unchanged"
    counts = {"events_opened": opened, "events_closed": closed, **delivered.counts}
    run.finish(status, **counts)
    return Report(
        dataset=dataset.id, run=run.id, status=status, release=None, digest="", notes=[], placement={},
        quarantined=delivered.by_rule(delivered.rejects), remarks=delivered.by_rule(delivered.remarks), **counts,
    )  # fmt: skip
