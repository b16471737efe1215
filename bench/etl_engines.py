"""One engine, one job, one process: `python -m bench.etl_engines NAME SOURCE RESULT` prints what it took as JSON."""

from __future__ import annotations

import ctypes
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hexwatch_etl.reading.parquet import batches

RESOLUTION = 7
GAP_MINUTES = 30
_BATCH = 250_000


def ours(source: Path, result: Path) -> None:
    """Points to cells and counting, in a stream."""
    from hexwatch_etl.tracks.count_files import write_groups  # noqa: PLC0415  (each engine imports its own)
    from hexwatch_etl.tracks.counts import counted  # noqa: PLC0415

    write_groups(counted(_batches(source), RESOLUTION, GAP_MINUTES), result)


def ours_counting(source: Path, result: Path) -> None:
    """Counting alone: the cells stand in the file."""
    from hexwatch_etl.tracks.count_files import write_groups  # noqa: PLC0415
    from hexwatch_etl.tracks.counts import Counter, ahead  # noqa: PLC0415

    counter = Counter(GAP_MINUTES)
    coming = ahead(chain(_batches(source), [None]))
    write_groups((counter.feed(b) if b is not None else counter.rest() for b in coming), result)


def cells_by_libh3(source: Path, result: Path) -> None:
    """Points to cells by libh3's own function in a compiled loop, which is what its bindings for columns do."""
    import numba  # noqa: PLC0415
    from h3._cy import latlng  # noqa: PLC0415

    call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p)(
        ctypes.cast(ctypes.CDLL(latlng.__file__).latLngToCell, ctypes.c_void_p).value or 0
    )

    @numba.njit(nogil=True)
    def fill(lat, lon, cells):
        place = np.empty(2)
        for at in range(lat.size):
            place[0], place[1] = np.radians(lat[at]), np.radians(lon[at])
            call(place.ctypes.data, RESOLUTION, cells[at:].ctypes.data)

    fill(np.zeros(1), np.zeros(1), np.zeros(1, np.int64))
    file = pq.ParquetFile(source, read_dictionary=["type"])
    schema = pa.schema([("cell", pa.int64()), *(file.schema_arrow.field(n) for n in ("vehicle", "time", "type"))])
    with pq.ParquetWriter(result, schema, compression="zstd") as out:
        for batch in batches(file, _BATCH):
            table = pa.table(batch)
            cells = np.empty(table.num_rows, np.int64)
            fill(table["latitude"].to_numpy(), table["longitude"].to_numpy(), cells)
            out.write_table(table.add_column(0, "cell", [cells]).select(schema.names))


def by_polars(source: Path, result: Path) -> None:
    """Lazy, on the streaming engine; distinct vehicles by two groupings, which is its fastest way."""
    keys = ("cell", "day", "type")
    gap = (pl.col("time").shift(-1).over("vehicle") - pl.col("time")).dt.total_microseconds()
    dwell = pl.when(pl.col("gap") <= GAP_MINUTES * 60_000_000).then("gap").otherwise(0).sum()
    (
        pl.scan_parquet(source).with_columns(day=pl.col("time").dt.date(), gap=gap)
        .group_by(*keys, "vehicle").agg(fixes=pl.len(), dwell=dwell)
        .group_by(*keys).agg(pl.col("fixes").sum(), movers=pl.len(), seconds=pl.col("dwell").sum() / 1e6)
        .sink_parquet(result, engine="streaming")
    )  # fmt: skip


def by_duckdb(source: Path, result: Path) -> None:
    """SQL over the file, to a file."""
    import duckdb  # noqa: PLC0415

    duckdb.sql(f"""
        copy (
          select cell, day, type, sum(fixes)::bigint as fixes, count(*) as movers, sum(dwell) / 1e6 as seconds from (
            select cell, day, type, vehicle, count(*) as fixes,
              sum(case when gap <= {GAP_MINUTES * 60_000_000} then gap else 0 end) as dwell
            from (
              select cell, time::date as day, type, vehicle,
                epoch_us(lead(time) over (partition by vehicle order by time)) - epoch_us(time) as gap
              from '{source}'
            ) group by all
          ) group by all
        ) to '{result}' (format parquet)""")  # noqa: S608  (paths of our own)


def by_pandas(source: Path, result: Path) -> None:
    """In memory, all at once."""
    import pandas as pd  # noqa: PLC0415

    keys = ["cell", "day", "type"]
    pings = pd.read_parquet(source)
    pings["day"] = pings["time"].dt.floor("D")
    gap = pings.groupby("vehicle", sort=False)["time"].shift(-1) - pings["time"]
    pings["seconds"] = gap.where(gap <= pd.Timedelta(minutes=GAP_MINUTES)).dt.total_seconds().fillna(0.0)
    pings = pings.drop(columns="time")
    each = pings.groupby([*keys, "vehicle"], sort=False, observed=True)["seconds"].agg(["size", "sum"]).reset_index()
    groups = each.groupby(keys, sort=False, observed=True).agg(
        fixes=("size", "sum"), movers=("vehicle", "size"), seconds=("sum", "sum")
    )
    groups.reset_index().to_parquet(result)


ENGINES: dict[str, Callable[[Path, Path], None]] = {
    "ours": ours, "ours, counting": ours_counting, "libh3, cells": cells_by_libh3, "polars": by_polars,
    "duckdb": by_duckdb, "pandas": by_pandas,
}  # fmt: skip


def _batches(source: Path) -> Iterator[pl.DataFrame]:
    for batch in batches(pq.ParquetFile(source, read_dictionary=["type"]), _BATCH):
        yield pl.DataFrame(pa.table(batch)).rename({"vehicle": "mover"})


class _Clock:
    """Seconds by the wall and of the processor, from its start."""

    def start(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def said(self) -> dict[str, float]:
        status = Path("/proc/self/status").read_text("utf-8").split("VmHWM:")[1]
        return {
            "wall": time.perf_counter() - self.wall,
            "cpu": time.process_time() - self.cpu,
            "peak_mb": int(status.split()[0]) / 1024,
        }


_clock = _Clock()


def run() -> None:
    """Run the engine, first on a few rows: imports and compilers are not what is timed."""
    name, source, result = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few.parquet"
        pq.write_table(pq.ParquetFile(source).read_row_group(0).slice(0, 100_000), few)
        ENGINES[name](few, Path(folder) / "result.parquet")
    _clock.start()
    ENGINES[name](source, result)
    print(json.dumps(_clock.said()))


if __name__ == "__main__":
    run()
