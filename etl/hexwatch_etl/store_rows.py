"""Moving columns into PostgreSQL: COPY from polars, and this package's named statements."""

from __future__ import annotations

from typing import LiteralString

import polars as pl
import psycopg

from hexwatch_schemas.queries import query

from .copy_binary import binary


def sql(name: str) -> LiteralString:
    """The statement `topic.name` of this package's `sql/topic.sql`."""
    return query(name, "hexwatch_etl")


def copy_rows(conn: psycopg.Connection, statement: LiteralString, frame: pl.DataFrame) -> None:
    """Send a frame through `COPY … FROM STDIN (FORMAT binary)`: columns in its order, of its types (see binary)."""
    with conn.cursor().copy(statement) as copy:
        for part in binary(frame):
            copy.write(part)
