"""A mission's vehicles made from a seed: each drives ten hours a day and tells every minute where it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

VEHICLES = 2000
TYPES = ("foot", "vehicle", "air", "convoy")
_BEGIN = 1_735_689_600  # 2025-01-01, UTC, seconds
_STEPS = 500  # minutes made at once
_SCHEMA = pa.schema([
    ("vehicle", pa.int32()), ("time", pa.timestamp("us")), ("latitude", pa.float64()), ("longitude", pa.float64()),
    ("type", pa.dictionary(pa.int8(), pa.string())),
])  # fmt: skip


def write(path: Path, rows: int) -> None:
    """Parquet in order of time; more rows are more days of the same vehicles."""
    left = rows
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as file:
        for table in _tables(np.random.default_rng(7)):
            file.write_table(table.slice(0, left))
            left -= min(left, table.num_rows)
            if not left:
                return


def _tables(chance: np.random.Generator) -> Iterator[pa.Table]:
    towns = np.stack([chance.uniform(-11.5, 3.5, 60), chance.uniform(10.8, 20, 60)], axis=1)
    base = towns[chance.integers(0, 60, VEHICLES)] + chance.normal(0, 0.05, (VEHICLES, 2))
    shift, heading = chance.integers(0, 1440, VEHICLES), chance.uniform(0, 6.28, VEHICLES)
    away = np.zeros((VEHICLES, 2))
    kind = chance.integers(0, len(TYPES), VEHICLES)
    for start in range(0, 10_000_000, _STEPS):
        minutes = start + np.arange(_STEPS)
        turns = heading + np.cumsum(chance.normal(0, 0.15, (_STEPS, VEHICLES)), axis=0)
        speed = np.abs(chance.normal(25, 15, (_STEPS, VEHICLES))) / 60 / 111
        moves = np.stack([np.cos(turns), np.sin(turns)], axis=2) * speed[..., None]
        way = away + np.cumsum(moves - away / _STEPS, axis=0)  # and back towards the base
        seconds = _BEGIN + 60 * minutes[:, None] + np.sort(chance.integers(0, 60, (_STEPS, VEHICLES)), axis=1)
        drives = (minutes[:, None] + shift) % 1440 < 600
        away, heading = np.clip(way[-1], -2, 2), turns[-1]
        place = (base + way)[drives]
        yield pa.table([
            np.broadcast_to(np.arange(VEHICLES, dtype=np.int32), drives.shape)[drives],
            pa.array(seconds[drives] * 1_000_000, pa.timestamp("us")), place[:, 1], place[:, 0],
            pa.DictionaryArray.from_arrays(np.broadcast_to(kind.astype(np.int8), drives.shape)[drives], list(TYPES)),
        ], schema=_SCHEMA)  # fmt: skip
