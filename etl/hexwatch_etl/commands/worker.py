"""`hexwatch worker`: runs the schedules of a project file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

_DEFAULT = Path("hexwatch.toml")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)


def worker(
    project: Annotated[Path, typer.Option("--project", help="Project file; apply it first.")] = _DEFAULT,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Loads at once, each in its own process.")] = 1,
) -> None:
    """Run the schedules of a project file until SIGTERM; any number of workers may, on any number of machines.

    Each load is a process with a deadline. One that was killed is made up for, one that hangs is ended.
    """
    import asyncio  # noqa: PLC0415

    from hexwatch_schemas.logs import configure  # noqa: PLC0415
    from hexwatch_schemas.migrate import prepared_store  # noqa: PLC0415
    from hexwatch_schemas.settings import settings  # noqa: PLC0415

    from .. import worker as work  # noqa: PLC0415 (--help should not wait for it)
    from ..project.read import read_project  # noqa: PLC0415

    configure(settings().log_format or "text")
    said, file = read_project(project), project.resolve()
    with prepared_store(settings()) as store:
        make = partial(work.make_app, store.admin_dsn, said, file)
        ready = partial(typer.echo, "Working.", err=True)
        asyncio.run(work.work(make, said, concurrency=concurrency, ready=ready))
