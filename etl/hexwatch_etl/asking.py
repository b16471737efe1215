"""What commands that read the ledger share: one connection, rows as dictionaries, printed for people or machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import dict_row

from hexwatch_schemas.access.acting import act_as
from hexwatch_schemas.migrate import prepared_store
from hexwatch_schemas.settings import settings

Rows = list[dict[str, Any]]
OnlyDataset = Annotated[str | None, typer.Argument(help="Only this dataset.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, errors as JSON on stderr.")]


@contextmanager
def connected() -> Iterator[psycopg.Connection]:
    """An autocommit connection to the store, in the name of who runs this."""
    with prepared_store(settings()) as store, psycopg.connect(store.admin_dsn, autocommit=True) as conn:
        act_as(conn)
        yield conn


def rows(conn: psycopg.Connection, statement: str, **asked: object) -> Rows:
    """All rows of a named statement."""
    from .store_rows import sql  # noqa: PLC0415 (it brings polars, which --help does not need)

    return conn.cursor(row_factory=dict_row).execute(sql(statement), asked).fetchall()


def read(statement: str, **asked: object) -> Rows:
    """All rows of a named statement, on a connection of its own."""
    with connected() as conn:
        return rows(conn, statement, **asked)


def show(found: Any, as_json: bool, line: Callable[[dict[str, Any]], str]) -> None:
    """Rows as JSON, or one line each."""
    typer.echo(json.dumps(found, default=str) if as_json else "\n".join(map(line, found)) or "None.")
