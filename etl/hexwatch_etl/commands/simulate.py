"""`hexwatch simulate`: a made-up mission as files."""

from __future__ import annotations

import json
import shlex
from contextlib import chdir
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hexwatch_schemas.cli import app

if TYPE_CHECKING:
    from ..demo import Mission


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command()(simulate)


def simulate(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write to; made if it is not there.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another history of the same country.")] = 20260101,
    scale: Annotated[
        float, typer.Option(help="Multiplies the number of incidents; 1 gives about 4,400 reports.")
    ] = 1.0,
    load: Annotated[
        bool, typer.Option("--load", help="Load it, too: run the commands of loads.json, one after the other.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written, and what each load did, as lines of JSON.")
    ] = False,
) -> None:
    """Make up a mission: zones, two years of incident reports and patrols, and the truth behind them.

    The country does not exist and nothing in the files ever happened. The same seed and scale write the same bytes.
    loads.json lists the commands that load the mission, truth/ what a method may be tried against.
    """
    from ..demo import simulate as run  # noqa: PLC0415 (polars and shapely take a second; --help should not)

    made = run(out, seed, scale)
    if as_json:
        typer.echo(json.dumps(asdict(made), default=str))
    elif not quiet:
        typer.echo(_told(made))
    if load:
        _load(made, ["--json"] if as_json else [])


def _told(made: Mission) -> str:
    heard = f"{made.incidents:,} made-up incidents, {made.heard:,} of them reported, are in {made.folder}."
    return "\n".join(
        [heard, "To load them, in that folder:", *(f"  hexwatch {shlex.join(load)}" for load in made.loads)]
    )


def _load(made: Mission, more: list[str]) -> None:
    """In this process: to import all that loads need takes longer than some of them."""
    with chdir(made.folder):
        for arguments in made.loads:
            app([*arguments, *more], standalone_mode=False)
