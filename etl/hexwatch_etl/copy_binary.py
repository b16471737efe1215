"""PostgreSQL's binary COPY from polars columns, without a loop over rows.

A row is a count of fields, and for each its length (-1: null) and value. What has a fixed width stands in one numpy
record; Arrow joins records with the texts and arrays between them. Source: PostgreSQL manual, COPY, "Binary Format";
arrays: array_recv in its source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

BATCH = 50_000  # rows encoded together: memory stays flat as frames grow

_START = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, nothing more in the header
_END = b"\xff\xff"
_FIXED: dict[type[pl.DataType], str] = {
    pl.Boolean: "u1", pl.UInt8: "u1", pl.Int16: ">i2", pl.Int32: ">i4", pl.Int64: ">i8", pl.Float64: ">f8",
    pl.Date: ">i4", pl.Datetime: ">i8",
}  # fmt: skip
# 2000-01-01, counted from 1970-01-01.
_EPOCH: dict[type[pl.DataType], int] = {pl.Date: 10_957, pl.Datetime: 946_684_800_000_000}
_OID: dict[type[pl.DataType], int] = {pl.Int16: 21, pl.Int32: 23, pl.Int64: 20, pl.Float64: 701, pl.String: 25}
_ARRAY = np.dtype([(name, ">i4") for name in ("dimensions", "nulls", "element", "length", "lower_bound")])


@dataclass(frozen=True)
class _Field:
    """One column's values: a head of fixed width, a tail that differs, or both."""

    valid: NDArray[np.bool_]
    head: NDArray[Any] | None
    tail: pa.LargeBinaryArray | None

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Of each value; one number where all are of one width."""
        head = 0 if self.head is None else self.head.itemsize
        if self.tail is None and self.valid.all():
            return np.array(head)
        tail = 0 if self.tail is None else _lengths(self.tail)
        return np.where(self.valid, head + tail, -1)


def binary(frame: pl.DataFrame) -> Iterator[memoryview]:
    """What `COPY … FROM STDIN (FORMAT binary)` reads, in parts; the table's columns must be of just these types.

    Boolean: boolean, Int16/32/64: smallint, integer, bigint, Float64: double precision, Date: date, Datetime: timestamp
    with or without time zone, String: text (see jsonb), Binary: bytea, List: array of numbers or text, UInt8: "char".
    Raises TypeError for other columns.
    """
    yield memoryview(_START)
    for part in frame.iter_slices(BATCH):
        yield memoryview(_joined([_field(column) for column in part.get_columns()], counted=True).buffers()[2])
    yield memoryview(_END)


def jsonb(column: str) -> pl.Expr:
    """JSON text as a field of jsonb: version 1, text."""
    return pl.concat_str(pl.lit("\x01"), pl.col(column)).alias(column)


def _field(column: pl.Series) -> _Field:
    kind, valid = column.dtype.base_type(), column.is_not_null().to_numpy()
    if kind in _FIXED:
        return _Field(valid, _fixed(column), None)
    if kind in (pl.String, pl.Binary):
        return _Field(valid, None, column.cast(pl.Binary).fill_null(b"").to_arrow())
    if kind is pl.List:
        return _Field(valid, *_array(column))
    raise TypeError(f"Column {column.name!r}: no binary COPY of {column.dtype}.")


def _fixed(column: pl.Series) -> NDArray[Any]:
    kind = column.dtype.base_type()
    stored = column.cast(pl.Datetime("us")) if kind is pl.Datetime else column
    values = stored.to_physical().fill_null(value=False if kind is pl.Boolean else 0).to_numpy()
    return (values - _EPOCH[kind] if kind in _EPOCH else values).astype(_FIXED[kind])


def _array(column: pl.Series) -> tuple[NDArray[np.void], pa.LargeBinaryArray]:
    """An array's elements are fields, as those of a row are. One of length 0 is read as an empty array."""
    lengths = column.list.len().fill_null(0).to_numpy()
    flat = pl.Series(column.name, pl.from_arrow(column.to_arrow().flatten()))
    elements = _joined([_field(flat)], counted=False)
    head = np.zeros(lengths.size, _ARRAY)
    head["dimensions"], head["lower_bound"], head["length"] = 1, 1, lengths
    head["element"] = _OID[flat.dtype.base_type()]
    ends = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    offsets = np.frombuffer(elements.buffers()[1], np.int64)
    return head, _binary(offsets[ends], elements.buffers()[2])


def _joined(fields: list[_Field], *, counted: bool) -> pa.LargeBinaryArray:
    """The fields of each row, one after the other."""
    pieces, waiting, count = [], [], len(fields) if counted else None
    for field in fields:
        waiting.append(field)
        if field.tail is not None:
            pieces += [_record(waiting, count), field.tail]
            waiting, count = [], None
    pieces += [_record(waiting, count)] if waiting else []
    nothing = pa.scalar(b"", pa.large_binary())
    return pieces[0] if len(pieces) == 1 else pc.binary_join_element_wise(*pieces, nothing)  # pyright: ignore[reportAttributeAccessIssue]


def _record(fields: list[_Field], count: int | None) -> pa.LargeBinaryArray:
    """Lengths and heads of the fields, after the count."""
    rows = fields[0].valid.size
    parts: list[tuple[Any, NDArray[np.bool_] | None]] = [] if count is None else [(np.array(count, ">i2"), None)]
    for field in fields:
        parts.append((field.sizes.astype(">i4"), None))
        parts += [] if field.head is None else [(field.head, field.valid)]
    record = np.empty(rows, [(f"f{at}", values.dtype) for at, (values, _) in enumerate(parts)])
    for at, (values, _) in enumerate(parts):
        record[f"f{at}"] = values
    return _without_nulls(record, [valid for _, valid in parts])


def _without_nulls(record: NDArray[np.void], valid: list[NDArray[np.bool_] | None]) -> pa.LargeBinaryArray:
    """The records' bytes, less those of fields that are null."""
    nulls = [(at, ~mask) for at, mask in enumerate(valid) if mask is not None and not mask.all()]
    octets = record.view(np.uint8).reshape(record.size, record.itemsize)
    if not nulls:
        return _binary(np.arange(record.size + 1) * record.itemsize, pa.py_buffer(octets))
    kept = np.full(octets.shape, fill_value=True)
    ends = np.cumsum([record.dtype[at].itemsize for at in range(len(valid))])
    for at, missing in nulls:
        kept[missing, ends[at] - record.dtype[at].itemsize : ends[at]] = False
    return _binary(np.concatenate([[0], np.cumsum(kept.sum(axis=1), dtype=np.int64)]), pa.py_buffer(octets[kept]))


def _binary(offsets: NDArray[np.int64], octets: pa.Buffer) -> pa.LargeBinaryArray:
    return pa.Array.from_buffers(pa.large_binary(), offsets.size - 1, [None, pa.py_buffer(offsets), octets])


def _lengths(array: pa.LargeBinaryArray) -> NDArray[np.int64]:
    return pc.binary_length(array).to_numpy(zero_copy_only=False)  # pyright: ignore[reportAttributeAccessIssue]
