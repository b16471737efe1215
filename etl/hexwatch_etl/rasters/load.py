"""A load of rasters from end to end: open within limits, make COGs, describe, put into hexagons, publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import shapely

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.words import DatasetKind

from .. import catalogue
from ..catalogue import Dataset, Description
from ..events import Origin
from ..load import Progress, Report, file_facts
from ..ownership import Run, owned
from ..publish import announce
from ..store_rows import sql
from .amounts import Placed, stage
from .counted import Counted
from .describe import fill_value
from .files import Shelf, prepare, question, served
from .register import Raster, changed, missing, note
from .said import Meaning, Said

_SOURCE = ("raster", "GeoTIFF rasters")


@dataclass(frozen=True)
class RasterRequest:
    """What an operator asked for; None leaves it to what the file says."""

    dataset: str
    files: tuple[Path, ...]
    folder: Path  # of COGs and originals
    description: Description = field(default_factory=Description)
    said: Said = field(default_factory=Said)
    replace: bool = False


def load_rasters(conn: psycopg.Connection, request: RasterRequest, progress: Progress = lambda _: None) -> Report:
    """Load GeoTIFFs into a dataset of kind `raster`, on an autocommit connection.

    A file of the same name replaces the earlier one. Raises UnreadableFile, UsageError, Locked, LoadLost; nothing is
    published then.
    """
    _refuse_nonsense(request)
    progress("Reading")
    facts = [file_facts(f) for f in request.files]
    dataset = catalogue.declare(conn, request.dataset, DatasetKind.RASTER, _SOURCE, Origin("", ""), request.description)
    asked = {**vars(request.said), "replace": request.replace}
    with owned(conn, request.dataset, facts, asked) as run, _shelf(request) as shelf:
        return _owned_load(run, dataset, request, shelf, progress)


def _refuse_nonsense(request: RasterRequest) -> None:
    for file in request.files:
        if not file.is_file():
            raise UsageError(f"There is no file {file}.")
    if len({f.stem for f in request.files}) < len(request.files):
        raise UsageError("Two of the files have the same name.", hint="A file's name is its key: rename one.")


@contextmanager
def _shelf(request: RasterRequest) -> Iterator[Shelf]:
    shelf = Shelf(request.folder, request.dataset)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    try:
        yield shelf
    finally:
        shelf.sweep()


def _owned_load(run: Run, dataset: Dataset, request: RasterRequest, shelf: Shelf, progress: Progress) -> Report:
    rasters: list[Raster] = []
    for file in request.files:
        progress(f"Making {file.name} a COG")
        with run.step("cog"):
            rasters.append(prepare(file, shelf, request.said))
    placed, opened, closed, release = Placed(), 0, 0, None
    if changed(run, rasters) or (request.replace and missing(run, rasters)):
        progress("Putting pixels into hexagons")
        with run.step("place"):
            counted = _counted(run, rasters, request.replace)
            placed = stage(run.conn, dataset, request.description.resolution, counted, shelf)
        progress("Publishing")
        with run.step("publish"):
            opened, closed, release = _publish(run, dataset, request, rasters, placed)
    number, digest = release or (None, "")
    rows = {"rows_in": len(rasters), "rows_loaded": len(rasters), "rows_quarantined": 0}
    counts = {"events_opened": opened, "events_closed": closed, **rows}
    status = "published" if release else "unchanged"
    run.finish(status, **counts)
    return Report(
        dataset=dataset.id, run=run.id, status=status, release=number, digest=digest, quarantined={}, remarks={},
        placement={"cells": placed.cells} if placed.cells else {}, notes=[*_notes(rasters, shelf), *placed.notes],
        **counts,
    )  # fmt: skip


def _counted(run: Run, rasters: Sequence[Raster], replace: bool) -> list[Counted]:
    """All files that go into hexagons once this load is believed: those it brings, and those it leaves."""
    brought = [r.counted() for r in rasters]
    rows = run.conn.execute(sql("rasters.counted"), {"dataset": run.dataset}).fetchall()
    keys = {r.key for r in rasters}
    left = [Counted(k, h, Meaning(m), c, d, shapely.from_wkb(f)) for k, h, m, c, d, f in rows if k not in keys]
    return [*([] if replace else left), *(c for c in brought if c is not None)]


def _publish(
    run: Run, dataset: Dataset, request: RasterRequest, rasters: Sequence[Raster], placed: Placed
) -> tuple[int, int, tuple[int, str]]:
    """Files opened and closed, and the release with its digest."""
    conn, told = run.conn, {"dataset": dataset.number, "run": run.id, "day": placed.day}
    with conn.transaction():
        run.check_fence()
        opened, closed = note(run, rasters, replace=request.replace)
        known = catalogue.find(conn, dataset.id)
        conn.execute(sql("rasters.empty_facts"), told)
        conn.execute(sql("rasters.facts"), {**told, "base": known.base})
        catalogue.show(conn, known, placed.measures)
        extent = conn.execute(sql("rasters.extent"), told).fetchone()
        return opened, closed, announce(run, dataset, "rasters.release", {**told, "bounds": list(extent or ())})


def _notes(rasters: Sequence[Raster], shelf: Shelf) -> Iterator[str]:
    for raster in rasters:
        when = f"{raster.captured_from:%Y-%m-%d}" if raster.captured_from else "at an unknown time"
        yield f"{raster.original}: {raster.klass}, {raster.width} x {raster.height} {raster.dtype}, taken {when}."
        if raster.klass == "population" and raster.meaning is None:
            yield question(shelf.folder / raster.href)
        with served(shelf.folder / raster.href) as cog:
            fill = fill_value(cog)
        if fill is not None:
            yield f"Much of it, and its corners, is {fill:g}: where that means nothing, say --nodata {fill:g}."
