"""`hexwatch sources`: what can be read without writing a mapping."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sources)


def sources(as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False) -> None:
    """List the sources that are recognised by their content, and what their makers ask of those who show them.

    Any other table can be loaded with a mapping: see hexwatch inspect.
    """
    from hexwatch_etl.sources import SOURCES  # noqa: PLC0415 (polars takes a second; --help should not)

    found = [
        {"id": source.id, "title": source.title, "kind": str(source.kind), "origin": asdict(source.origin)}
        for source in SOURCES.values()
    ]
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(map(_line, SOURCES.values())))


def _line(source) -> str:
    return f"{source.id:<10} {source.title}\n{'':<10} {source.origin.attribution}. {source.origin.licence}."
