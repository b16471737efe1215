"""Parquet a batch at a time, in as much memory as a few row groups take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def batches(file: pq.ParquetFile, rows: int, **how: Any) -> Iterator[pa.RecordBatch]:
    """All rows in order, at most so many at a time; `how` as for `iter_batches`.

    Row groups are handed to Arrow a few at a time: it keeps what it has read of those that it was given, so that asking
    for the whole file at once would hold all of it in the end, and take twice the processor.
    """
    for groups in _together(file, rows):
        yield from file.iter_batches(rows, row_groups=groups, use_threads=False, **how)


def _together(file: pq.ParquetFile, rows: int) -> Iterator[list[int]]:
    """Numbers of row groups that follow one another and hold at most so many rows, or one that holds more."""
    together: list[int] = []
    held = 0
    for number in range(file.num_row_groups):
        there = file.metadata.row_group(number).num_rows
        if together and held + there > rows:
            yield together
            together, held = [], 0
        together.append(number)
        held += there
    if together:
        yield together
