"""`./run bench etl`: counting pings beside other engines, cutting tracks, loading into PostGIS."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

from bench import etl_copy, etl_load, etl_pings, etl_tracks

PEERS = ("polars", "duckdb", "pandas")
ROUNDS = 3  # of every engine, in turns; medians are shown
_SHAPE = {
    "cell": pl.Int64,
    "day": pl.Date,
    "type": pl.String,
    "fixes": pl.Int64,
    "movers": pl.Int64,
    "seconds": pl.Float64,
}
Took = dict[str, float]


def main() -> None:
    """Print every table; a part's name prints only that."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--rows", type=int, default=20_000_000, help="pings")
    said.add_argument("--segments", type=int, default=500_000, help="segments of tracks to cut")
    said.add_argument("--facts", type=int, default=3_000_000, help="rows to load into PostGIS")
    said.add_argument("--only", choices=("count", "cut", "load", "copy"))
    asked = said.parse_args()
    with tempfile.TemporaryDirectory(prefix="hexwatch-bench-") as home:
        folder = Path(home)
        folder.chmod(0o711)  # PostgreSQL runs as a user of its own when we are root
        if asked.only in (None, "count"):
            _count(folder, asked.rows)
        if asked.only in (None, "cut"):
            etl_tracks.report(asked.segments)
        if asked.only in (None, "load"):
            etl_load.report(folder, asked.facts)
        if asked.only in (None, "copy"):
            etl_copy.report(folder, asked.facts)


def _count(folder: Path, rows: int) -> None:
    small = _flat(folder, rows // 10)
    pings, placed = folder / "pings.parquet", folder / "placed.parquet"
    etl_pings.write(pings, rows)
    rounds = [_round(folder, pings, placed) for _ in range(ROUNDS)]
    took = {name: _medians([one[name] for one in rounds]) for name in rounds[0]}
    groups = [_groups(folder / f"{name}.parquet") for name in ("ours", "ours, counting", *PEERS)]
    equal = "equal" if all(groups[0].equals(other) for other in groups[1:]) else "NOT EQUAL"
    print(f"{rows:,} pings of {etl_pings.VEHICLES:,} vehicles, {groups[0].height:,} groups; all results are {equal}.\n")
    _table(took)
    print(f"\nOurs, ten times fewer rows: {small['wall']:.1f} s, {small['cpu']:.1f} s of the processor,"
          f" {small['peak_mb']:,.0f} MB; with all: {took['ours']['peak_mb']:,.0f} MB.\n")  # fmt: skip


def _round(folder: Path, pings: Path, placed: Path) -> dict[str, Took]:
    """Every engine once, one after the other."""
    took = {"ours": _run("ours", pings, folder), "libh3, cells": _run("libh3, cells", pings, folder, placed)}
    return took | {name: _run(name, placed, folder) for name in ("ours, counting", *PEERS)}


def _medians(rounds: list[Took]) -> Took:
    return {of: statistics.median(one[of] for one in rounds) for of in rounds[0]}


def _flat(folder: Path, rows: int) -> Took:
    few = folder / "few.parquet"
    etl_pings.write(few, rows)
    return _run("ours", few, folder)


def _table(took: dict[str, Took]) -> None:
    """Peers count cells that stand in the file; beside that, what they take with libh3's cells added."""
    ours, alone, cells = took["ours"], took["ours, counting"], took["libh3, cells"]
    print("| | wall s | CPU s | peak MB | counting: wall, CPU | with cells: wall, CPU |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, one in took.items():
        line = f"| {name} | {one['wall']:.1f} | {one['cpu']:.1f} | {one['peak_mb']:,.0f} |"
        if name in PEERS:
            line += " {:.1f}, {:.1f} |".format(*(one[k] / alone[k] for k in ("wall", "cpu")))
            line += " {:.1f}, {:.1f} |".format(*((one[k] + cells[k]) / ours[k] for k in ("wall", "cpu")))
        print(line if name in PEERS else line + " | |")


def _run(name: str, source: Path, folder: Path, result: Path | None = None) -> Took:
    """In a process of its own, when what was written before is on the disk: writing it is not its work."""
    os.sync()
    command = [sys.executable, "-m", "bench.etl_engines", name, source, result or folder / f"{name}.parquet"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _groups(path: Path) -> pl.DataFrame:
    """In one form and order; a group's seconds are sums of microseconds, so that six places are exact."""
    columns = [pl.col(name).cast(dtype) for name, dtype in _SHAPE.items()]
    return pl.read_parquet(path).select(columns).with_columns(pl.col("seconds").round(6)).sort("cell", "day", "type")


if __name__ == "__main__":
    main()
