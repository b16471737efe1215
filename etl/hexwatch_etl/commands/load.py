"""`hexwatch load`: files into a dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.migrate import prepared_store
from hexwatch_schemas.settings import settings

if TYPE_CHECKING:
    from ..load import Report

_AREAS = "Only with --kind areas"
_TRACKS = "Only for tracks"


class Kind(StrEnum):
    """What can be loaded."""

    EVENTS = "events"
    TRACKS = "tracks"
    AREAS = "areas"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(load)


def load(
    dataset: Annotated[
        str, typer.Argument(help="Name of the dataset (lower case, digits, hyphens); made if it is new.")
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="One or more files of the same source.")],
    source: Annotated[
        str | None, typer.Option(help="Source to read them with; unset: looked at and guessed (hexwatch sources).")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping (TOML) for the table source; see hexwatch inspect --save.")
    ] = None,
    kind: Annotated[
        Kind,
        typer.Option(
            help="What the file holds; standing posts count as events, tracks of known sources are found out."
        ),
    ] = Kind.EVENTS,
    title: Annotated[str | None, typer.Option(help="Title that people read.")] = None,
    attribution: Annotated[str | None, typer.Option(help="Who must be named wherever it is shown.")] = None,
    licence: Annotated[str | None, typer.Option(help="Under what terms it may be used.")] = None,
    resolution: Annotated[
        int | None, typer.Option(min=1, max=15, help="Finest H3 resolution; default 7 (about 5 km2 a cell).")
    ] = None,
    areas: Annotated[
        str | None, typer.Option(help="Dataset of areas that carries reports known only to a province.")
    ] = None,
    delivered: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day the files were received; later dates are the future."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="The files are the whole dataset: close what they lack.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Share of refused rows above which nothing is published; default 0.01."),
    ] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Made-up data: say so wherever it is shown.")] = False,
    key: Annotated[str | None, typer.Option(help="Column of the areas' codes.", rich_help_panel=_AREAS)] = None,
    name: Annotated[str | None, typer.Option(help="Column of their names.", rich_help_panel=_AREAS)] = None,
    level: Annotated[str | None, typer.Option(help="adm0, adm1, adm2 or zone.", rich_help_panel=_AREAS)] = None,
    country: Annotated[str | None, typer.Option(help="Column of their countries.", rich_help_panel=_AREAS)] = None,
    zone: Annotated[
        str | None,
        typer.Option(help="IANA zone whose midnights part the days, such as Africa/Nairobi.", rich_help_panel=_TRACKS),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer of a GeoPackage that has several.", rich_help_panel=_AREAS)
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON on stdout, errors as JSON on stderr.")
    ] = False,
) -> None:
    """Load files into a dataset and publish what changed.

    Every row is loaded or quarantined with its line, rule and reason. The same files twice change nothing. Where more
    rows are refused than the threshold allows, nothing is published.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 too many rows refused, 75 another load of the dataset is under way.
    """
    from .. import load as event_load  # noqa: PLC0415 (polars and geopandas take a second; --help should not)
    from ..catalogue import Description  # noqa: PLC0415
    from ..mapping import Mapping, load_mapping  # noqa: PLC0415

    said = Description(
        title=title,
        attribution=attribution,
        licence=licence,
        resolution=resolution,
        areas=areas,
        threshold=threshold,
        synthetic=synthetic,
    )
    if kind is Kind.AREAS:
        if level is None or len(files) != 1:
            raise UsageError(
                "Areas are loaded one file at a time, with their --level.", hint="For example: --level adm1"
            )
        from .. import areas as area_load  # noqa: PLC0415

        asked = area_load.AreaRequest(dataset, files[0], level, key, name, country, layer, said, replace)
        report = _with_progress(lambda conn, say: area_load.load_areas(conn, asked, say))
    else:
        from ..tracks import load as track_load  # noqa: PLC0415
        from ..tracks.mapping import PingMapping  # noqa: PLC0415

        declared = load_mapping(mapping, PingMapping if kind is Kind.TRACKS else Mapping) if mapping else None
        wanted = event_load.Request(
            dataset, tuple(files), source, declared, said, delivered.date() if delivered else None, replace, zone
        )

        def work(conn: psycopg.Connection, say: Callable[[str], None]) -> Report:
            pings = kind is Kind.TRACKS or (declared is None and track_load.are_pings(files[0], source))
            return (track_load.load_tracks if pings else event_load.load)(conn, wanted, say)

        report = _with_progress(work)
    typer.echo(json.dumps(asdict(report)) if as_json else describe(report))


def _with_progress(work: Callable[[psycopg.Connection, Callable[[str], None]], Report]) -> Report:
    """Do the work on one connection, with a moving line on stderr where that is a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with (
        prepared_store(settings()) as store,
        psycopg.connect(store.admin_dsn, autocommit=True) as conn,
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
