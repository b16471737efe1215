"""`hexwatch expire` and `hexwatch expired`: what is not kept for ever, and what has gone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hexwatch_schemas.errors import Exit, Locked
from hexwatch_schemas.settings import settings

from ..asking import Json, OnlyDataset, connected, read, show

_DEFAULT = Path("hexwatch.toml")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(expire)
    app.command()(expired)


def expire(
    project: Annotated[
        Path, typer.Option("--project", help="Project file, whose `retention` says what stays.")
    ] = _DEFAULT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave it.")] = False,
    as_json: Json = False,
) -> None:
    """Remove what the project file keeps for some days only: beliefs of earlier releases, refused rows, pings.

    Published numbers never change. What went is noted with counts and fingerprints (hexwatch expired).

    Exit codes: 0 done, 1 failed, 2 wrong use, 75 a dataset is being loaded: the others are done, do it again later.
    """
    from .. import retention as work  # noqa: PLC0415 (polars takes a second; --help should not)
    from ..project.read import read_project  # noqa: PLC0415

    said, found, locked = read_project(project), [], []
    with connected() as conn:
        for name in said.datasets:
            try:
                kept = said.kept(name)
                found += work.expire(conn, name, kept, settings().lake_folder, dry_run=dry_run)
            except Locked:
                locked.append(name)
    show([asdict(gone) for gone in found], as_json, _line)
    if locked:
        typer.echo(f"Being loaded, left for later: {', '.join(locked)}.", err=True)
        raise typer.Exit(Exit.LOCKED)


def expired(dataset: OnlyDataset = None, as_json: Json = False) -> None:
    """List what has expired: how much of what went when, and its fingerprint.

    Exit codes: 0 done, 1 failed.
    """
    found = read("retention.ledger", dataset=dataset)
    show(found, as_json, lambda row: f"{row['at']:%Y-%m-%d %H:%M} {_line(row)}")


def _line(gone: dict[str, Any]) -> str:
    files = f" in {len(gone['files'])} files" if gone["files"] else ""
    rest = f"through {gone['through']}, kept for {gone['days']} days, fingerprint {gone['digest']}"
    return f"{gone['dataset']:<24} {gone['rows']:>9} {gone['what']}{files} {rest}"
