"""`hexwatch pull`, `backfill`, `retry` and `cancel`: loading what a project file declares."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hexwatch_schemas.errors import UsageError

from ..asking import Json, connected

if TYPE_CHECKING:
    from ..pull import Declared, Pulled

_Project = Annotated[Path, typer.Option("--project", help="Project file.")]
_Dataset = Annotated[str, typer.Argument(help="Dataset of the project file.")]
_DEFAULT = Path("hexwatch.toml")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (pull, backfill, retry, cancel):
        app.command()(command)


def _declared(project: Path, dataset: str) -> Declared:
    from ..project.read import read_project  # noqa: PLC0415 (polars takes a second; --help should not)
    from ..pull import Declared  # noqa: PLC0415

    said = read_project(project).datasets.get(dataset)
    if said is None:
        raise UsageError(f"{project} declares no dataset {dataset!r}.", hint="See: hexwatch check")
    return Declared(dataset, said, project.resolve().parent)


def pull(dataset: _Dataset, project: _Project = _DEFAULT, as_json: Json = False) -> None:
    """Load what is due of a declared dataset: the next window after its watermark, or what is new at its source.

    This is what a worker runs at each tick; from cron or Airflow it does the same. A failure upstream or an empty
    answer publishes nothing and leaves the watermark where it was.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 too many rows refused, 75 another load of the dataset is under way.
    """
    from .. import pull as work  # noqa: PLC0415 (polars takes a second; --help should not)

    declared = _declared(project, dataset)
    with connected() as conn:
        _say(work.pull(conn, declared), as_json)


def backfill(
    dataset: _Dataset,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")],
    project: _Project = _DEFAULT,
    again: Annotated[bool, typer.Option("--again", help="Also windows that are loaded already.")] = False,
    as_json: Json = False,
) -> None:
    """Load a span of days, window by window; what is loaded already is passed over, so that it resumes where it ended.

    The watermark of the schedule stays where it is.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 too many rows refused, 75 another load of the dataset is under way.
    """
    from hexwatch_schemas.windows import Window  # noqa: PLC0415

    from .. import backfill as work  # noqa: PLC0415 (polars takes a second; --help should not)

    declared = _declared(project, dataset)
    with connected() as conn:
        for pulled in work.backfill(conn, declared, Window(first.date(), last.date()), again=again):
            _say(pulled, as_json)


def retry(
    run: Annotated[int, typer.Argument(help="Number of a run (hexwatch runs).")],
    project: _Project = _DEFAULT,
    as_json: Json = False,
) -> None:
    """Do again what a run of a declared dataset was to do: its window, or else whatever is due.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 too many rows refused, 75 another load of the dataset is under way.
    """
    from .. import backfill as work  # noqa: PLC0415 (polars takes a second; --help should not)

    with connected() as conn:
        dataset, window = work.of_run(conn, run)
        _say(work.again(conn, _declared(project, dataset), window), as_json)


def cancel(run: Annotated[int, typer.Argument(help="Number of a run that is under way.")]) -> None:
    """End a load that is under way; nothing of it is published.

    Exit codes: 0 it was ended, 2 no such load is under way.
    """
    from .. import backfill as work  # noqa: PLC0415 (polars takes a second; --help should not)

    with connected() as conn:
        work.cancel(conn, run, "cancelled by an operator")
    typer.echo(f"Run {run} was ended.")


def _say(pulled: Pulled, as_json: bool) -> None:
    from .load import describe  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps(asdict(pulled), default=str))
        return
    days = f" ({pulled.window[0]} to {pulled.window[1]})" if pulled.window else ""
    typer.echo(f"{pulled.dataset}: {pulled.status}{days}" + (f", {pulled.due} windows left" if pulled.due else ""))
    if pulled.report:
        typer.echo(describe(pulled.report))
