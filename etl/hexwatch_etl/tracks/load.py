"""A load of tracks from end to end: read, clean, cut at cell borders, stage, publish."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import psycopg

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.words import DatasetKind

from .. import catalogue, sources
from ..catalogue import Dataset
from ..deliveries import Delivered, keep_rejects, merge, refuse_over_threshold
from ..load import Progress, Report, Request, file_facts, read, titled
from ..ownership import Run, owned
from ..publish import publish
from .clean import clean
from .days import UTC, with_midnights
from .mapping import PingMapping
from .rules import BLAMELESS
from .stage import days_of_tracks, stage
from .visits import visits


def load_tracks(conn: psycopg.Connection, request: Request, progress: Progress = lambda _: None) -> Report:
    """Load files of pings into a dataset, on an autocommit connection. A day of a track that comes again is replaced.

    Raises UnreadableFile, MappingError, UsageError, QuarantineExceeded, Locked, LoadLost; nothing is published then.
    """
    progress("Reading")
    source, mapping = _declared(request)
    asked = replace(request, mapping=mapping)
    delivered = merge(((f.name, read(f, source, asked)) for f in asked.files), lambda p: clean(p, mapping.cleaning))
    origin, said = mapping.origin or source.origin, titled(asked)
    dataset = catalogue.declare(conn, asked.dataset, DatasetKind.TRACKS, (source.id, source.title), origin, said)
    files, options = [file_facts(f) for f in asked.files], {"source": source.id, "replace": asked.replace}
    with owned(conn, asked.dataset, files, options) as run:
        return _owned_load(run, dataset, asked, delivered, mapping.zone or UTC, progress)


def are_pings(request: Request) -> bool:
    """Will pings be delivered? The mapping or the source says so; a missing file is left to the load to tell."""
    if request.mapping:
        return isinstance(request.mapping, PingMapping)
    if request.source:
        return sources.get(request.source).pings
    return request.files[0].is_file() and sources.detect(request.files[0]).pings


def _declared(request: Request) -> tuple[sources.Source, PingMapping]:
    """The source and its mapping; the zone that the operator names goes before the mapping's."""
    named = sources.get(request.source) if request.source else None
    source = named or (sources.get("pings") if request.mapping else sources.detect(request.files[0]))
    mapping = request.mapping or sources.declared(request.files[0], source)
    if not isinstance(mapping, PingMapping):
        raise UsageError(f"Source {source.id!r} delivers reports, not pings.", hint="Load it without --kind tracks.")
    if request.zone is None:
        return source, mapping
    return source, PingMapping.model_validate({**mapping.model_dump(), "zone": request.zone})


def _owned_load(
    run: Run, dataset: Dataset, request: Request, delivered: Delivered, zone: str, progress: Progress
) -> Report:
    conn = run.conn
    keep_rejects(run, delivered)
    faults = delivered.rejects.filter(~pl.col("rule").is_in(BLAMELESS))
    refuse_over_threshold(replace(delivered, rejects=faults), dataset.threshold)
    scales = catalogue.add_measures(conn, dataset, delivered.measures)
    catalogue.add_categories(conn, dataset, delivered.events["patrol_type"].unique().sort().to_list())
    progress("Cutting at cell borders")
    with run.step("cut"):
        pings = with_midnights(delivered.events, zone)
        visited = visits(pings, dataset.base)
    progress("Staging")
    with run.step("stage"):
        stage(conn, days_of_tracks(pings), visited)
    progress("Publishing")
    with run.step("publish"):
        done = publish(run, dataset, replace=request.replace, measures=list(scales), topic="tracks")
    counts = {"events_opened": done.opened, "events_closed": done.closed, **delivered.counts}
    status = "published" if done.release else "unchanged"
    run.finish(status, **counts)
    return Report(
        dataset=dataset.id, run=run.id, status=status, release=done.release, digest=done.digest,
        quarantined=delivered.by_rule(delivered.rejects), remarks=delivered.by_rule(delivered.remarks), placement={},
        notes=[*delivered.notes, *_notes(delivered.events, zone)], **counts,
    )  # fmt: skip


def _notes(pings: pl.DataFrame, zone: str) -> list[str]:
    unknown = int(pings["strength"].null_count())
    some = 0 < unknown < pings.height
    return [f"Days are those of {zone}.", *[f"{unknown} pings of unknown strength add no person-hours."][: int(some)]]
