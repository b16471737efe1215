"""`hexwatch runs` and `hexwatch quarantine`: what loads did, and which rows they refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import dict_row

from hexwatch_schemas.migrate import prepared_store
from hexwatch_schemas.settings import settings

_Dataset = Annotated[str | None, typer.Argument(help="Only this dataset.")]
_Limit = Annotated[int, typer.Option(min=1, help="How many, the newest first.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(runs)
    app.command()(quarantine)


def runs(dataset: _Dataset = None, limit: _Limit = 20, as_json: _Json = False) -> None:
    """List loads: when, what became of them, how many rows."""
    found = _read("runs.list", dataset, limit)
    line = (
        "{id:>6}  {dataset:<20} {status:<10} {started_at:%Y-%m-%d %H:%M}  "
        "{rows_in!s:>9} in {rows_quarantined!s:>7} refused  {error}"
    )
    _print(found, as_json, lambda r: line.format(**r | {"error": r["error"] or ""}))


def quarantine(dataset: _Dataset = None, limit: _Limit = 100, as_json: _Json = False) -> None:
    """List the rows that loads refused: file, line, rule and reason."""
    found = _read("runs.quarantine", dataset, limit)
    _print(found, as_json, lambda r: f"run {r['run']}  {r['file']}:{r['line']}  {r['rule']}: {r['reason']}")


def _read(statement: str, dataset: str | None, limit: int) -> list[dict[str, Any]]:
    from ..store_rows import sql  # noqa: PLC0415 (it brings polars, which this command does not need)

    with prepared_store(settings()) as store, psycopg.connect(store.admin_dsn) as conn:
        return (
            conn.cursor(row_factory=dict_row).execute(sql(statement), {"dataset": dataset, "limit": limit}).fetchall()
        )


def _print(rows: list[dict[str, Any]], as_json: bool, line: Callable[[dict[str, Any]], str]) -> None:
    typer.echo(json.dumps(rows, default=str) if as_json else "\n".join(map(line, rows)) or "None.")
