"""`hexwatch check` and `hexwatch apply`: a project file, explained and carried out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..asking import Json, connected

File = Annotated[Path, typer.Argument(help="Project file.")]
_DEFAULT = Path("hexwatch.toml")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(apply)


def check(file: File = _DEFAULT, as_json: Json = False) -> None:
    """Look for mistakes in a project file; each is told with its line. Asks nothing of database or sources.

    Exit codes: 0 there are none, 2 there are some.
    """
    from ..project.read import check as look  # noqa: PLC0415 (polars takes a second; --help should not)

    project, mistakes = look(file)
    if as_json:
        typer.echo(json.dumps({"file": str(file), "mistakes": [vars(m) for m in mistakes]}))
    elif mistakes:
        typer.echo("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    else:
        assert project is not None, "without mistakes there is a project"
        scheduled = sum(d.schedule is not None for d in project.datasets.values())
        typer.echo(f"{file}: {len(project.datasets)} datasets, {scheduled} scheduled, {len(project.layers)} layers.")
    if mistakes:
        raise typer.Exit(2)


def apply(
    file: File = _DEFAULT,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and do nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Make the catalogue agree with a project file. Shows the plan first, and asks on a terminal.

    Datasets and schedules are declared, layers made once their datasets are loaded. Nothing is removed: what the file
    does not name stays as it is. Without a terminal, --yes or --dry-run must be said.

    Exit codes: 0 done, 1 failed, 2 wrong use or mistakes in the file, 75 a load of a layer's dataset is under way.
    """
    from ..project import apply as work  # noqa: PLC0415 (polars takes a second; --help should not)
    from ..project.read import read_project  # noqa: PLC0415

    project = read_project(file)
    with connected() as conn:
        changes = work.plan(conn, project)
        if as_json:
            typer.echo(json.dumps([vars(c) for c in changes]))
        else:
            typer.echo("\n".join(map(str, changes)) or "The catalogue agrees with the file.")
        if dry_run or not any(c.sign in "+~" for c in changes):
            return
        if not yes:
            typer.confirm("Do this?", abort=True, err=True)
        work.apply(conn, project, file.resolve().parent)
    typer.echo("Done.", err=True)
