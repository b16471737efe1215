"""`hexwatch simulate`: a made-up mission as files."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write to; made if it is not there.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another history of the same country.")] = 20260101,
    scale: Annotated[
        float, typer.Option(help="Multiplies the number of incidents; 1 gives about 5,400 reports.")
    ] = 1.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON on stdout.")] = False,
) -> None:
    """Make up a mission: zones, two years of incident reports and patrols, and the truth behind them.

    The country does not exist and nothing in the files ever happened. The same seed and scale write the same bytes.
    loads.json lists the commands that load the mission, truth/ what a method may be tried against.
    """
    from ..demo import simulate as run  # noqa: PLC0415 (polars and shapely take a second; --help should not)

    made = run(out, seed, scale)
    if as_json:
        typer.echo(json.dumps(asdict(made), default=str))
        return
    if quiet:
        return
    typer.echo(f"{made.incidents:,} made-up incidents, {made.heard:,} of them reported, are in {made.folder}.")
    typer.echo("\n".join(["To load them, in that folder:", *(f"  hexwatch {shlex.join(load)}" for load in made.loads)]))
