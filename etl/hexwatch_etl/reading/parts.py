"""A large file some rows at a time: what need not be seen as a whole is never in memory as a whole."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from hexwatch_etl.events import REMARK_SCHEMA
from hexwatch_etl.mapping import FileShape
from hexwatch_schemas.errors import UnreadableFile

from .delimited import delimited_parts, separator_of
from .files import TOP, Content, Form
from .parquet import batches
from .table import Table, read_table
from .text import may_be_repaired
from .typed import features, opened_parquet

ROWS = 100_000  # of a part


def read_parts(content: Content, shape: FileShape) -> Iterator[Table]:
    """The rows of a file in order, as one table after the other. Raises UnreadableFile, also on the way.

    Parquet and delimited text come in parts; of text that is no plain UTF-8 only the whole tells how it is encoded.
    """
    if content.form is Form.PARQUET:
        yield from _parquet(content)
    elif content.form is Form.DELIMITED and len(content.head) == TOP and shape.encoding is None and _is_utf8(content):
        yield from _delimited(content, shape)
    else:
        yield read_table(content, shape)


def _parquet(content: Content) -> Iterator[Table]:
    try:
        file, done = opened_parquet(content), 0
        for batch in batches(file, ROWS):
            found = features(file, pa.Table.from_batches([batch]))
            lines = pl.int_range(done + 1, done + batch.num_rows + 1, dtype=pl.Int64, eager=True).alias("line")
            yield Table(found.columns, lines, pl.DataFrame(schema=REMARK_SCHEMA), found.crs, tuple(found.notes))
            done += batch.num_rows
        if not done:
            yield read_table(content, FileShape())
    except pa.ArrowException as error:
        hint = "Fetch the file again: it is cut short or damaged."
        raise UnreadableFile(f"{content.name} could not be read as {content.form}: {error}.", hint=hint) from error


def _delimited(content: Content, shape: FileShape) -> Iterator[Table]:
    top = content.head.decode("utf-8-sig", errors="ignore")
    with content.stream() as stream:
        lines = io.TextIOWrapper(stream, "utf-8-sig", newline="")
        for found in delimited_parts(lines, separator_of(top, shape), shape, content.name):
            yield Table(found.columns, found.lines, found.broken, notes=tuple(found.notes))


def _is_utf8(content: Content) -> bool:
    """Is all of it UTF-8 that was encoded once?"""
    decoder, before = codecs.getincrementaldecoder("utf-8-sig")(), ""
    try:
        with content.stream() as stream:
            while chunk := stream.read(TOP):
                text = before + decoder.decode(chunk)
                if may_be_repaired(text):
                    return False
                before = text[-2:]
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
