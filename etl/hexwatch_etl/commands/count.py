"""`hexwatch count`: positions by hexagon, day and type, from file to file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(count)


def count(
    file: Annotated[Path, typer.Argument(help="Parquet, one row a position, in order of time.")],
    result: Annotated[Path, typer.Argument(help="Parquet to write; must not exist.")],
    mover: Annotated[str, typer.Option(help="Column that tells who moves.")] = "vehicle",
    time: Annotated[str, typer.Option(help="Column of the moment; days are those of UTC.")] = "time",
    longitude: Annotated[str, typer.Option(help="Column, degrees.")] = "longitude",
    latitude: Annotated[str, typer.Option(help="Column, degrees.")] = "latitude",
    type_: Annotated[str | None, typer.Option("--type", help="Column of the patrol type; default: all alike.")] = None,
    resolution: Annotated[int, typer.Option(min=0, max=15, help="H3 resolution.")] = 7,
    gap: Annotated[float, typer.Option(min=0, help="Minutes; a longer silence counts as no time.")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Count positions, distinct movers and seconds in each hexagon on each day, without a database.

    For a first look at very large files: nothing is cleaned and nothing is cut at borders, as hexwatch load does.
    Memory holds a day or two, however long the file is.
    """
    from hexwatch_etl.tracks.count_files import Columns, count_file  # noqa: PLC0415 (polars takes a second)

    done = count_file(file, result, Columns(mover, time, longitude, latitude, type_), resolution, gap)
    left_out = f"{done['refused']:,} without a place or moment were left out"
    said = f"{done['positions']:,} positions became {done['groups']:,} rows of {result}; {left_out}."
    typer.echo(json.dumps(done) if as_json else said)
