"""`hexwatch load`: files into a dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import psycopg
import typer

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.settings import settings

from .. import load_options as told
from ..asking import connected
from ..rasters.recognise import is_tiff
from ..rasters.said import Said as RasterSaid

if TYPE_CHECKING:
    from pathlib import Path

    from ..areas import AreaRequest
    from ..catalogue import Description
    from ..load import Report, Request
    from ..mapping import Mapping
    from ..tracks.mapping import PingMapping

Load = Callable[[psycopg.Connection, Callable[[str], None]], "Report"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(load)


def load(
    dataset: told.Name,
    files: told.Files,
    source: told.Source = None,
    mapping: told.MappingFile = None,
    kind: told.KindOf = told.Kind.EVENTS,
    title: told.Title = None,
    attribution: told.Attribution = None,
    licence: told.Licence = None,
    resolution: told.Resolution = None,
    areas: told.Areas = None,
    delivered: told.Delivered = None,
    replace_all: told.Replace = False,
    threshold: told.Threshold = None,
    synthetic: told.Synthetic = False,
    audience: told.Audience = None,
    key: told.Key = None,
    name: told.AreaName = None,
    level: told.Level = None,
    country: told.Country = None,
    zone: told.Zone = None,
    replace_days: told.ReplaceDays = False,
    executor: told.Executor = "here",
    layer: told.Layer = None,
    values: told.PixelValues = None,
    klass: told.Class = None,
    captured: told.Captured = None,
    unit: told.Unit = None,
    nodata: told.NoData = None,
    as_json: told.Json = False,
) -> None:
    """Load files into a dataset and publish what changed.

    Every row is loaded or quarantined with its line, rule and reason. The same files twice change nothing. Where more
    rows are refused than the threshold allows, nothing is published.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 too many rows refused, 75 another load of the dataset is under way.
    """
    from ..areas import AreaRequest  # noqa: PLC0415 (polars and geopandas take a second; --help should not)
    from ..catalogue import Description  # noqa: PLC0415
    from ..load import Request  # noqa: PLC0415

    said = Description(
        title=title, attribution=attribution, licence=licence, resolution=resolution, areas=areas, threshold=threshold,
        synthetic=synthetic, audience=audience,
    )  # fmt: skip
    if kind is told.Kind.AREAS:
        file, of_level = _one_with_level(files, level)
        work = _areas(AreaRequest(dataset, file, of_level, key, name, country, layer, said, replace_all))
    elif kind is told.Kind.RASTER or (kind is told.Kind.EVENTS and not (source or mapping) and is_tiff(files[0])):
        work = _rasters(dataset, files, said, RasterSaid(values, klass, unit, captured, nodata), replace=replace_all)
    else:
        declared, day = _declared(mapping), delivered.date() if delivered else None
        asked = Request(dataset, tuple(files), source, declared, said, day, replace_all, zone, replace_days, executor)
        work = _reports_or_tracks(asked, kind)
    report = _with_progress(_told_of_audience(work))
    typer.echo(json.dumps(asdict(report)) if as_json else describe(report))


def _one_with_level(files: list[Path], level: str | None) -> tuple[Path, str]:
    if level is None or len(files) != 1:
        raise UsageError("Areas are loaded one file at a time, with their --level.", hint="For example: --level adm1")
    return files[0], level


def _declared(mapping: Path | None) -> Mapping | PingMapping | None:
    from ..tracks.mapping import load_either  # noqa: PLC0415

    return load_either(mapping) if mapping else None


def _areas(asked: AreaRequest) -> Load:
    from ..areas import load_areas  # noqa: PLC0415

    return lambda conn, say: load_areas(conn, asked, say)


def _rasters(name: str, files: list[Path], said: Description, of_files: RasterSaid, *, replace: bool) -> Load:
    from ..rasters.load import RasterRequest, load_rasters  # noqa: PLC0415

    asked = RasterRequest(name, tuple(files), settings().raster_folder, said, of_files, replace)
    return lambda conn, say: load_rasters(conn, asked, say)


def _reports_or_tracks(asked: Request, kind: told.Kind) -> Load:
    """The load that fits: pings are told by --kind, by their mapping, or by the source that knows the file."""
    from ..load import load as load_reports  # noqa: PLC0415
    from ..tracks.load import are_pings, load_tracks  # noqa: PLC0415

    def work(conn: psycopg.Connection, say: Callable[[str], None]) -> Report:
        pings = kind is told.Kind.TRACKS or are_pings(asked)
        return (load_tracks if pings else load_reports)(conn, asked, say)

    return work


def _told_of_audience(work: Load) -> Load:
    """With a note where nobody will see what was loaded."""

    def told_so(conn: psycopg.Connection, say: Callable[[str], None]) -> Report:
        from ..catalogue import audience_of  # noqa: PLC0415

        report = work(conn, say)
        if audience_of(conn, report.dataset) is not None:
            return report
        note = f"Nobody sees it until it is classified: hexwatch classify {report.dataset} --audience public"
        return replace(report, notes=[*report.notes, note])

    return told_so


def _with_progress(work: Load) -> Report:
    """Do the work on one connection, with a moving line on stderr where that is a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with (
        connected() as conn,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("Starting", total=None)
        return work(conn, lambda step: bar.update(task, description=step))


def describe(report: Report) -> str:
    """The report as a person reads it."""
    r = report
    lines = [f"{r.dataset}: {r.status}" + (f", release {r.release}" if r.release else "") + f" (run {r.run})"]
    lines.append(f"  {r.rows_in:,} rows in = {r.rows_loaded:,} loaded + {r.rows_quarantined:,} quarantined")
    lines += [f"    refused: {count:,} {rule}" for rule, count in r.quarantined.items()]
    lines += [f"    remark:  {count:,} {rule}" for rule, count in r.remarks.items()]
    if r.placement:
        lines.append("  places: " + ", ".join(f"{count:,} {word}" for word, count in r.placement.items()))
    lines += [f"  note: {note}" for note in r.notes]
    return "\n".join([*lines, *([f"  digest {r.digest}"] if r.digest else [])])
