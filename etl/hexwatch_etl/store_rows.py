"""Moving columns into PostgreSQL: COPY from polars, and this package's named statements."""

from __future__ import annotations

import io
from typing import LiteralString

import polars as pl
import psycopg

from hexwatch_schemas.queries import query


def sql(name: str) -> LiteralString:
    """The statement `topic.name` of this package's `sql/topic.sql`."""
    return query(name, "hexwatch_etl")


def copy_rows(conn: psycopg.Connection, statement: LiteralString, frame: pl.DataFrame) -> None:
    """Send a frame through a `COPY … FROM STDIN (FORMAT csv)` whose columns stand in the same order."""
    with conn.cursor().copy(statement) as copy:
        for part in frame.iter_slices(50_000):
            buffer = io.BytesIO()
            # Empty text and null differ: csv gives quotes to the first only.
            part.write_csv(buffer, include_header=False, quote_style="non_numeric", null_value="")
            copy.write(buffer.getvalue())
