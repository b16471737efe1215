"""`hexwatch diff`: what changed between two releases of a layer."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from ..asking import Json, connected


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(diff)


def diff(
    layer: Annotated[str, typer.Argument(help="Name of the layer.")],
    earlier: Annotated[str, typer.Argument(metavar="A", help="Release, or a time such as 2024-03-01T00:00Z.")],
    later: Annotated[str, typer.Argument(metavar="B", help="Another, newer one.")],
    limit: Annotated[int, typer.Option(min=1, help="How many records and cells are listed at most.")] = 1000,
    as_json: Json = False,
) -> None:
    """List the records that were added, revised or removed between two releases, and what changed in each cell."""
    from ..history import difference  # noqa: PLC0415 (polars takes a second; --help should not)

    with connected() as conn:
        found = difference(conn, layer, earlier, later, limit)
    typer.echo(json.dumps(found, default=str) if as_json else "\n".join(_lines(found)))


def _lines(found: dict[str, Any]) -> list[str]:
    head = f"{found['layer']}: release {found['from']} to {found['to']}: "
    counts = ", ".join(f"{n:,} {change}" for change, n in found["counts"].items()) or "nothing changed"
    records = [f"  {r['change']:<8} {r['key']}" + _day(r) for r in found["records"]]
    cells = [f"  {c['h3']} {c['measure']} {c['change']:+g}" for c in found["cells"]]
    more = ["  … and more: --limit"] if found["truncated"] else []
    return [head + counts, *records, *cells, *more]


def _day(record: dict[str, Any]) -> str:
    day = record.get("day") or record.get("day_after") or record.get("day_before")
    return f" ({day})" if day else ""
