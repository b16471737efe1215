"""Counting positions from Parquet to Parquet, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hexwatch_schemas.errors import UnreadableFile, UsageError

from ..reading.parquet import batches
from .counts import counted

BATCH = 250_000  # rows
# What repeats is numbered, what is looked for has statistics; stronger compression would double the time of writing.
_HOW: Any = {
    "compression": "snappy",
    "use_dictionary": ["day", "type", "fixes", "movers"],
    "write_statistics": ["cell", "day"],
}


@dataclass(frozen=True)
class Columns:
    """What the columns are called."""

    mover: str
    time: str
    longitude: str
    latitude: str
    type: str | None


def count_file(
    source: Path, result: Path, columns: Columns, resolution: int, longest_gap_minutes: float
) -> dict[str, int]:
    """Write cell, day, type, fixes, movers and seconds; how many positions, rows and refused rows there were.

    Raises UsageError for a file that is not there, in no order of time or without a column; UnreadableFile.
    """
    if result.exists():
        raise UsageError(f"{result} exists.", hint="Choose another name: nothing is overwritten.")
    file = _opened(source, columns)
    done = {"positions": 0, "groups": 0, "refused": 0}
    partial = result.with_name(result.name + ".partial")
    try:
        groups = counted(_positions(file, columns, done), resolution, longest_gap_minutes)
        done["groups"] = write_groups(groups, partial)
        partial.rename(result)
    finally:
        partial.unlink(missing_ok=True)
    return done


def _opened(source: Path, columns: Columns) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(source, read_dictionary=[columns.type] if columns.type else None)
    except FileNotFoundError:
        raise UsageError(f"There is no file {source}.") from None
    except pa.ArrowInvalid as error:
        raise UnreadableFile(f"{source} is no Parquet file: {error}") from error
    lacking = [name for name in astuple(columns) if name and name not in file.schema_arrow.names]
    if lacking:
        there = ", ".join(file.schema_arrow.names)
        raise UsageError(f"{source} has no column {lacking[0]!r}.", hint=f"It has {there}.")
    if not pa.types.is_timestamp(file.schema_arrow.field(columns.time).type):
        raise UsageError(f"Column {columns.time!r} of {source} holds no moments.", hint="It must be a timestamp.")
    return file


def _positions(file: pq.ParquetFile, columns: Columns, done: dict[str, int]) -> Iterator[pl.DataFrame]:
    """What can be counted; the rest is told in `done`."""
    kind = pl.col(columns.type).cast(pl.Categorical) if columns.type else pl.lit("all", pl.Categorical)
    wanted = [name for name in astuple(columns) if name]
    for batch in batches(file, BATCH, columns=wanted):
        places = [pl.col(getattr(columns, axis)).cast(pl.Float64).alias(axis) for axis in ("longitude", "latitude")]
        moment = pl.col(columns.time).dt.cast_time_unit("us").alias("time")
        rows = pl.DataFrame(pa.table(batch)).select(*places, moment, pl.col(columns.mover).alias("mover"), type=kind)
        somewhere = pl.col("longitude").is_between(-180, 180) & pl.col("latitude").is_between(-90, 90)
        known = rows.filter(somewhere & pl.all_horizontal(pl.col("time", "mover", "type").is_not_null()))
        done["positions"] += known.height
        done["refused"] += rows.height - known.height
        yield known


def write_groups(groups: Iterable[pl.DataFrame], path: Path) -> int:
    """Groups to Parquet as they come; how many there were."""
    writer, written = None, 0
    try:
        for frame in groups:
            table = frame.to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema, **_HOW)
            if frame.height:
                writer.write_table(table)
            written += frame.height
    finally:
        if writer:
            writer.close()
    return written
