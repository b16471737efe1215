"""`hexwatch quarantine list|export|replay`: the rows that loads refused, and another try for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hexwatch_schemas.errors import UsageError

from ..asking import Json, OnlyDataset, connected, read, show

_Run = Annotated[int | None, typer.Option(help="Only those of this run.")]
_Rule = Annotated[str | None, typer.Option(help="Only those that broke this rule.")]
_Limit = Annotated[int, typer.Option(min=1, help="How many, the newest first.")]

app = typer.Typer(help="The rows that loads refused.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="quarantine")


@app.command("list")
def list_rows(
    dataset: OnlyDataset = None, run: _Run = None, rule: _Rule = None, limit: _Limit = 100, as_json: Json = False
) -> None:
    """List refused rows that were not tried again since: file, line, rule and reason."""
    found = read("runs.quarantine", dataset=dataset, run=run, rule=rule, limit=limit)
    show(found, as_json, lambda r: f"run {r['run']}  {r['file']}:{r['line']}  {r['rule']}: {r['reason']}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="A new CSV file.")],
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
    run: _Run = None,
    rule: _Rule = None,
    limit: _Limit = 1_000_000,
) -> None:
    """Write refused rows to a CSV file: where they stood, why they were refused, and the cells that the mapping reads.

    Cells that a spreadsheet would run as a formula begin with an apostrophe.
    """
    from ..quarantine import write_rows  # noqa: PLC0415 (polars takes a second; --help should not)

    found = read("runs.quarantine", dataset=dataset, run=run, rule=rule, limit=limit)
    write_rows(found, file)
    typer.echo(f"{len(found):,} rows in {file}.")


@app.command()
def replay(
    dataset: Annotated[str, typer.Argument(help="Dataset whose refused rows are tried again.")],
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping (TOML), as it is now; unset: that of the dataset's source.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Source to read them with; unset: the dataset's.")] = None,
    run: _Run = None,
    rule: _Rule = None,
    as_json: Json = False,
) -> None:
    """Load refused rows again, after the mapping or the rules were mended.

    Rows that are refused again stay in quarantine, as those of the new run. All is one load: it publishes or not.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 too many rows refused, 75 another load of the dataset is under way.
    """
    from dataclasses import asdict  # noqa: PLC0415

    from ..quarantine import replay_rows  # noqa: PLC0415
    from ..tracks.mapping import load_either  # noqa: PLC0415
    from .load import describe  # noqa: PLC0415

    declared = load_either(mapping) if mapping else None
    with connected() as conn:
        report = replay_rows(conn, dataset, declared, source, run, rule)
    if report is None:
        raise UsageError(f"Dataset {dataset!r} has no such rows in quarantine.", hint="See: hexwatch quarantine list")
    typer.echo(json.dumps(asdict(report)) if as_json else describe(report))
