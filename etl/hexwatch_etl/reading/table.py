"""One table of text from any form of file."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from pyproj import CRS

from hexwatch_etl.events import REMARK_SCHEMA
from hexwatch_etl.mapping import FileShape

from .delimited import first_record, read_delimited
from .files import TOP, Content, Form
from .text import decode
from .typed import read_typed


@dataclass(frozen=True)
class Table:
    """Rows as text. `lines` are physical lines, or feature numbers in files that have no lines."""

    rows: pl.DataFrame
    lines: pl.Series
    broken: pl.DataFrame  # REMARK_SCHEMA: lines that are no rows
    crs: CRS | None = None  # of the geometry columns, where the file says
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Peek:
    """The top of a file: what it is, and its first record (the header, if it has one)."""

    form: Form
    header: tuple[str, ...]

    def has(self, *columns: str) -> bool:
        """Are all these among the columns?"""
        return set(columns) <= set(self.header)


def peek(content: Content) -> Peek:
    """The names of the columns, without reading the whole file."""
    if content.form is not Form.DELIMITED:
        return Peek(content.form, tuple(read_typed(content, rows=1).columns.columns))
    text = decode(_top(content), None, content.name).text
    return Peek(content.form, tuple(first_record(text)))


def _top(content: Content) -> bytes:
    """The first lines, whole ones; of UTF-16, whose line ends are two bytes, everything."""
    if len(content.head) < TOP or content.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.data
    return content.head[: content.head.rfind(b"\n") + 1] or content.data


def read_table(content: Content, shape: FileShape) -> Table:
    """Every row of a file."""
    if content.form is not Form.DELIMITED:
        features = read_typed(content, shape.layer)
        lines = pl.int_range(1, features.columns.height + 1, dtype=pl.Int64, eager=True).alias("line")
        return Table(features.columns, lines, pl.DataFrame(schema=REMARK_SCHEMA), features.crs, tuple(features.notes))
    text = decode(content.data, shape.encoding, content.name)
    records = read_delimited(text.text, shape, content.name)
    return Table(records.columns, records.lines, records.broken, notes=(*text.notes, *records.notes))
