"""A load of tracks from end to end: read, take into the lake, cut at cell borders, stage, publish."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import polars as pl
from psycopg import Connection

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.words import DatasetKind

from .. import catalogue, executors, sources
from ..catalogue import Dataset
from ..deliveries import Delivered, keep_rejects, refuse_over_threshold
from ..lake import Lake, open_lake
from ..load import Progress, Report, Request, file_facts, there, titled
from ..ownership import Run, owned
from ..publish import Published, publish
from ..store_rows import sql
from .arrive import Arrivals
from .cut import VERSION, cut, local_days, tasks
from .days import UTC
from .mapping import PingMapping
from .rules import BLAMELESS
from .settle import Settled, settle
from .stage import prepare, stage


def load_tracks(conn: Connection, request: Request, progress: Progress = lambda _: None) -> Report:
    """Load files of pings into a dataset, on an autocommit connection.

    Pings are added to those that are known: the same files end in the same facts, in one load or in many, in any order.
    With `replace_days` they are all there is of the local days of their tracks, with `replace` of the dataset.

    Raises UnreadableFile, MappingError, UsageError, QuarantineExceeded, Locked, LoadLost; nothing is published then.
    """
    source, mapping = _declared(request)
    files, said = [file_facts(file) for file in request.files], titled(replace(request, mapping=mapping))
    origin = mapping.origin or source.origin
    options = {"source": source.id, "replace": request.replace, "replace_days": request.replace_days}
    with executors.executor(request.executor) as each:
        dataset = catalogue.declare(conn, request.dataset, DatasetKind.TRACKS, (source.id, source.title), origin, said)
        with (
            owned(conn, request.dataset, files, options) as run,
            open_lake(run, request.lake, dataset.id, _recipe(mapping, dataset)) as lake,
        ):
            _refuse_without_lake(run, request)
            arrivals, settled = _take_in(run, lake, request, mapping, progress)
            delivered = _accepted(run, dataset, arrivals, settled)
            done = _publish(run, dataset, lake, settled, arrivals, delivered, each, progress)
            notes = [*delivered.notes, *_notes(arrivals, settled), *_lacking(request, settled)]
            return _report(run, dataset, delivered, done, notes)


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


def _recipe(mapping: PingMapping, dataset: Dataset) -> str:
    """Fingerprint of all that pings do not say and facts depend on."""
    said = {"cleaning": mapping.cleaning.model_dump(mode="json"), "zone": mapping.zone or UTC, "base": dataset.base}
    text = json.dumps(said | {"version": VERSION}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _refuse_without_lake(run: Run, request: Request) -> None:
    """What a version before the lake has loaded cannot be added to. Raises UsageError."""
    row = run.conn.execute(sql("lake.without"), {"dataset": run.dataset}).fetchone()
    if row and row[0] and not request.replace:
        raise UsageError(
            f"{request.dataset!r} was loaded by a version that kept no pings: its tracks cannot be added to.",
            hint="Load all its files once more with --replace; from then on loads add.",
        )


def _take_in(
    run: Run, lake: Lake, request: Request, mapping: PingMapping, progress: Progress
) -> tuple[Arrivals, Settled]:
    """Read the files, one at a time, and write the days of the lake that they change."""
    since = None if request.replace else lake.settled_before(mapping.cleaning.reach)
    arrivals = Arrivals(lake.scratch, mapping.cleaning, mapping.zone or UTC, since)
    progress("Reading")
    with run.step("read"):
        for file in request.files:
            for part in sources.read_in_parts(there(file), mapping, request.delivered):
                arrivals.add(file.name, part)
    progress("Writing the lake")
    with run.step("lake"):
        if request.replace:
            lake.empty()
        return arrivals, settle(lake, arrivals, whole_days=request.replace_days)


def _accepted(run: Run, dataset: Dataset, arrivals: Arrivals, settled: Settled) -> Delivered:
    """What was delivered, its rejects kept in the store. Raises QuarantineExceeded."""
    delivered = arrivals.delivered(settled.rejects)
    keep_rejects(run, delivered)
    faults = delivered.rejects.filter(~pl.col("rule").is_in(BLAMELESS))
    refuse_over_threshold(replace(delivered, rejects=faults), dataset.threshold)
    return delivered


def _publish(
    run: Run, dataset: Dataset, lake: Lake, settled: Settled, arrivals: Arrivals, delivered: Delivered,
    each: executors.Run, progress: Progress,
) -> Published:  # fmt: skip
    """Cut what changed, stage it as it comes, publish it together with the days of the lake."""
    conn, scales = run.conn, catalogue.add_measures(run.conn, dataset, delivered.measures)
    progress("Cutting at cell borders")
    reach = arrivals.cleaning.reach
    days = local_days(settled.changed, arrivals.zone, reach)
    with run.step("cut"):
        prepare(conn, dataset.number, days, whole=lake.made_anew)
        for tracks, visited in each(cut, tasks(lake, days, arrivals.zone, reach, dataset.base)):
            catalogue.add_categories(conn, dataset, tracks["patrol_type"].unique().sort().to_list())
            stage(conn, tracks, visited)
        conn.execute(sql("tracks.analyze_stage"))
    progress("Publishing")
    with run.step("publish"):
        return publish(
            run, dataset, replace=True, measures=list(scales), topic="tracks",
            also=lambda: lake.register(conn, dataset.number),
        )  # fmt: skip


def _report(run: Run, dataset: Dataset, delivered: Delivered, done: Published, notes: list[str]) -> Report:
    counts = {"events_opened": done.opened, "events_closed": done.closed, **delivered.counts}
    status = "published" if done.release else "unchanged"
    run.finish(status, **counts)
    return Report(
        dataset=dataset.id, run=run.id, status=status, release=done.release, digest=done.digest, notes=notes,
        quarantined=delivered.by_rule(delivered.rejects), remarks=delivered.by_rule(delivered.remarks), placement={},
        **counts,
    )  # fmt: skip


def _notes(arrivals: Arrivals, settled: Settled) -> list[str]:
    unknown, known = arrivals.unknown_strength, settled.known
    said = {
        f"Days are those of {arrivals.zone}.": True,
        f"{unknown} pings of unknown strength add no person-hours.": 0 < unknown < arrivals.counts.total(),
        f"{known} pings were known from earlier loads.": known,
    }
    return [note for note, so in said.items() if so]


def _lacking(request: Request, settled: Settled) -> list[str]:
    """Whether a delivery adds to another of its name or corrects it, only the operator knows."""
    if request.replace or request.replace_days or not settled.lacked:
        return []
    what = f"{settled.lacked} pings that files of these names brought earlier are not in them now and still count."
    return [f"{what} Where the files correct those days, load them again with --replace-days."]
