"""Moving columns into PostgreSQL: COPY from polars, and this package's named statements."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString, TypeVar

import polars as pl
import psycopg

from hexwatch_schemas.queries import query

from .copy_binary import binary

T = TypeVar("T")


def sql(name: str) -> LiteralString:
    """The statement `topic.name` of this package's `sql/topic.sql`."""
    return query(name, "hexwatch_etl")


def copy_rows(conn: psycopg.Connection, statement: LiteralString, frame: pl.DataFrame) -> None:
    """Send a frame through `COPY … FROM STDIN (FORMAT binary)`: columns in its order, of its types (see binary)."""
    with conn.cursor().copy(statement) as copy:
        for part in _ahead(binary(frame)):
            copy.write(part)


def _ahead(parts: Iterator[T]) -> Iterator[T]:
    """The same parts, each made by a thread while the one before is used: the server reads while rows are encoded."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = maker.submit(next, parts, None)
            yield part
