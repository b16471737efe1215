"""One file of the lake: pings as GeoParquet 1.0, sorted by track and time, points as WKB, whole or not there at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hexwatch_schemas.errors import StoreError

# What a ping says, where it came from, and what the rules said of it.
LAKE_SCHEMA: dict[str, pl.DataType] = {
    "track": pl.String(),
    "time": pl.Datetime("us", "UTC"),
    "longitude": pl.Float64(),  # degrees, WGS84; in the file both stand in the point
    "latitude": pl.Float64(),
    "mover": pl.String(),
    "part": pl.String(),
    "patrol_type": pl.String(),
    "strength": pl.Int64(),
    "refused": pl.String(),  # the rule that it breaks among the pings of its track; null: it counts
    "begins": pl.Boolean(),  # nothing is known of the way up to it
    "file": pl.String(),
    "line": pl.Int64(),
}
_ARROW = {
    "track": pa.string(), "time": pa.timestamp("us", "UTC"), "mover": pa.string(), "part": pa.string(),
    "patrol_type": pa.string(), "strength": pa.int64(), "refused": pa.string(), "begins": pa.bool_(),
    "file": pa.string(), "line": pa.int64(), "geometry": pa.binary(),
}  # fmt: skip
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])  # WKB, OGC 06-103r4, 8.2
ROWS = 100_000  # of a row group: what is read or written at once


def write_pings(path: Path, pings: pl.DataFrame, about: Mapping[str, object]) -> None:
    """Write pings (LAKE_SCHEMA, sorted) under a new name; a reader sees all of the file or none of it.

    `about`: facts that the file tells of itself, under the key `hexwatch` of its metadata.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    metadata = {"geo": json.dumps(_geo(pings)), "hexwatch": json.dumps(about, default=str)}
    schema = pa.schema(_ARROW.items(), metadata)
    with unfinished.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for rows in pings.iter_slices(ROWS):
                writer.write_table(_table(rows, schema))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """The name survives a power cut too, before anybody relies on it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _geo(pings: pl.DataFrame) -> dict[str, object]:
    """GeoParquet 1.0.0 metadata; without `crs` the points are longitude and latitude on WGS84."""
    ends = (
        [pings[name].min() for name in ("longitude", "latitude")],
        [pings[c].max() for c in ("longitude", "latitude")],
    )
    box = {"bbox": [*ends[0], *ends[1]]} if pings.height else {}
    column = {"encoding": "WKB", "geometry_types": ["Point"], **box}
    return {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _table(rows: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    points = np.empty(rows.height, _POINT)
    points["order"], points["kind"] = 1, 1
    points["x"], points["y"] = rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    offsets = np.arange(rows.height + 1, dtype=np.int32) * _POINT.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(points)]
    plain = rows.select(name for name in _ARROW if name != "geometry").to_arrow()
    return plain.append_column("geometry", pa.Array.from_buffers(pa.binary(), rows.height, buffers)).cast(schema)


def read_pings(path: Path, tracks: tuple[str | None, str | None] = (None, None)) -> pl.DataFrame:
    """The pings of a file (LAKE_SCHEMA), all or those of tracks from one key up to, and without, another.

    Raises StoreError where the file is missing.
    """
    first, end = tracks
    asked = [
        *([("track", ">=", first)] if first is not None else []),
        *([("track", "<", end)] if end is not None else []),
    ]
    try:
        table = pq.read_table(path, filters=asked or None, partitioning=None)  # pyright: ignore[reportArgumentType]
    except FileNotFoundError:
        raise StoreError(
            f"The lake lacks {path}, which the database counts on.",
            hint="Restore the lake with its database, or load the whole dataset anew with --replace; on another "
            "machine the lake must be there under the same path.",
        ) from None
    points = _points(table["geometry"])
    plain = pl.DataFrame(pl.from_arrow(table.drop_columns(["geometry"])))
    return plain.with_columns(longitude=points["x"], latitude=points["y"]).select(LAKE_SCHEMA.keys()).cast(LAKE_SCHEMA)  # pyright: ignore[reportArgumentType]


def _points(column: pa.ChunkedArray) -> np.ndarray:
    parts = [_part(chunk) for chunk in column.chunks if len(chunk)]
    return np.concatenate(parts) if parts else np.empty(0, _POINT)


def _part(chunk: pa.Array) -> np.ndarray:
    """Points of one chunk; all are of one size, so that they can be seen as records."""
    _, offsets, data = chunk.buffers()
    begin = np.frombuffer(offsets, np.int32)[chunk.offset]
    return np.frombuffer(data, _POINT, len(chunk), begin)


def row_group_tracks(path: Path) -> list[tuple[str, int]]:
    """First track and number of pings of each row group, by the file's own statistics."""
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return [(group.column(0).statistics.min, group.num_rows) for group in groups]
