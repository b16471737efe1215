"""`./run bench tiles`: making tiles, ours against ST_AsMVT over stored outlines, on one large mission in one run."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import mapbox_vector_tile
import numpy as np
import psycopg

from bench import large_mission, stored_tiles
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.migrate import upgrade
from hexwatch_schemas.settings import Settings
from hexwatch_schemas.store import READER
from hexwatch_schemas.tiles import Tile
from hexwatch_schemas.windows import Window
from hexwatch_service.asked import Asked
from hexwatch_service.catalogue import Catalogue, Layer
from hexwatch_service.database import Database
from hexwatch_service.engine.warm import warm
from hexwatch_service.numbers import Numbers
from hexwatch_service.releases import Releases
from hexwatch_service.vector_tiles import encode

ZOOMS = range(4, 14)
ROW = 5  # tiles made one after another before it is the other's turn
T = TypeVar("T")


@dataclass
class Mission:
    """The database and the service's halves over it."""

    admin: psycopg.Connection
    database: Database
    releases: Releases
    folder: Path
    rounds: int

    def numbers(self) -> Numbers:
        """With nothing remembered."""
        return Numbers(1 << 30)


def main() -> None:
    """Print every table."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--cells", type=int, default=500_000)
    said.add_argument("--facts", type=int, default=10_000_000)
    said.add_argument("--rounds", type=int, default=21)
    asyncio.run(_measure(said.parse_args()))


async def _measure(said: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hexwatch-bench-")))
        folder.chmod(0o711)  # PostgreSQL runs as a user of its own when we are root
        cluster = stack.enter_context(PrivateCluster(Settings(data_folder=folder)))  # pyright: ignore[reportCallIssue]
        upgrade(cluster.dsn())
        admin = stack.enter_context(psycopg.connect(cluster.dsn(), autocommit=True))
        dataset = large_mission.describe(admin)
        large_mission.fill(admin, dataset, large_mission.cells(said.cells), said.facts)
        admin.execute("vacuum analyze hex.fact")
        database = Database(cluster.dsn(READER), size=2, seconds=5)
        await database.open()
        releases = Releases(database, cluster.dsn(READER), folder / "snapshots")
        await _report(Mission(admin, database, releases, folder / "snapshots", said.rounds), dataset, said)
        await database.close()


async def _report(mission: Mission, dataset: int, said: argparse.Namespace) -> None:
    print(f"{said.cells:,} cells, 10 properties, {said.facts:,} day facts; medians of {said.rounds} turns of {ROW}.\n")
    large_mission.publish(mission.admin, dataset)
    compiling = _once(warm)
    begun = time.perf_counter()
    catalogue = await mission.releases.newest(Catalogue({}))
    reading = time.perf_counter() - begun
    layer = catalogue[large_mission.DATASET]
    quarter = Window(large_mission.FIRST + timedelta(300), large_mission.FIRST + timedelta(389))
    everything = Asked(layer.window, None, tuple(i.id for i in layer.indicators))
    narrow = Asked(quarter, ("battle", "riot"), ("incidents", "deaths"))
    await _tiles(mission, layer, everything, "all days, 10 columns")
    await _tiles(mission, layer, narrow, "90 days, 2 of 5 categories, 2 columns")
    await _times(mission, layer, dataset, compiling, reading)
    _memory(mission, layer, said)


async def _tiles(mission: Mission, layer: Layer, asked: Asked, title: str) -> None:
    print(f"| {title}: zoom | resolution | features | ST_AsMVT ms | ours ms | ratio | bytes | equal |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    numbers, stored = mission.numbers(), None
    for zoom in ZOOMS:
        table = await numbers.table(layer, asked, layer.resolution(zoom))
        if table is not stored:
            stored_tiles.store(mission.admin, stored := table, asked.columns)
        tile = _tile(zoom)
        theirs, ours = [], []
        for _ in range(mission.rounds):  # in turns: what else the machine does hits both
            theirs += _in_a_row(lambda t=tile: stored_tiles.tile(mission.admin, layer.id, asked.columns, t))
            ours += _in_a_row(lambda t=tile, n=table: encode(layer, asked, n, t))
        them, us = (statistics.median(seconds for seconds, _ in runs) * 1000 for runs in (theirs, ours))
        features, same = _compare(ours[0][1], theirs[0][1])
        size = len(ours[0][1]) / len(theirs[0][1])
        row = (
            zoom,
            table.resolution,
            f"{features:,}",
            f"{them:,.2f}",
            f"{us:.3f}",
            f"{them / us:.0f}",
            f"{size:.3f}",
            same,
        )
        print("|", " | ".join(map(str, row)), "|", flush=True)
    print()


async def _times(mission: Mission, layer: Layer, dataset: int, compiling: float, reading: float) -> None:
    numbers, columns = mission.numbers(), tuple(i.id for i in layer.indicators)
    fresh, following = [], []
    for start in range(mission.rounds):
        first = large_mission.FIRST + timedelta(100 * start)
        asked = Asked(Window(first, first + timedelta(89)), None, columns)
        begun = time.perf_counter()
        table = await numbers.table(layer, asked, layer.base)
        fresh.append(time.perf_counter() - begun)
        following.append(_timed(lambda a=asked, t=table: encode(layer, a, t, _tile(9)))[0])
    publishing = await _publish(mission, layer, dataset)
    print("| what | time |\n| --- | --- |")
    print(f"| a new 90-day window: sums and 10 indicators of every cell | {statistics.median(fresh) * 1000:.0f} ms |")
    print(f"| the next tile of it (z9) | {statistics.median(following) * 1000:.2f} ms |")
    print(f"| start: compiling | {compiling:.1f} s |")
    print(f"| start: reading the release for the first time | {reading:.1f} s |")
    print(f"| publish to first new tile: reading what it added, a window, a tile | {publishing:.1f} s |")
    print(f"| the same for another worker, that finds the snapshot | {await _found(mission):.3f} s |\n")


async def _publish(mission: Mission, layer: Layer, dataset: int) -> float:
    number = large_mission.correct(mission.admin, dataset, date(2024, 1, 1))
    begun = time.perf_counter()
    after = (await mission.releases.newest(Catalogue({layer.id: layer})))[layer.id]
    assert after.release == number, "the new release is served"
    asked = Asked(after.window, None, tuple(i.id for i in after.indicators))
    encode(after, asked, await mission.numbers().table(after, asked, after.resolution(9)), _tile(9))
    return time.perf_counter() - begun


async def _found(mission: Mission) -> float:
    begun = time.perf_counter()
    await mission.releases.newest(Catalogue({}))
    return time.perf_counter() - begun


def _memory(mission: Mission, layer: Layer, said: argparse.Namespace) -> None:
    files = list(next(mission.folder.glob(f"*/*/r{layer.release}")).glob("*.npy"))
    facts, grids = (
        sum(f.stat().st_size for f in files if f.name.startswith(kind)) for kind in (("precise", "spread"), "grid")
    )
    cells = sum(grid.cells.size for grid in layer.snapshot.grids)
    print("| shared memory (mapped files) | MB |\n| --- | --- |")
    print(f"| a million facts | {facts / said.facts:.0f} |")
    print(f"| a million cells | {grids / cells:.0f} |")


def _tile(zoom: int) -> Tile:
    latitude, longitude = np.radians(large_mission.CENTRE)
    side = 1 << zoom
    y = (1 - np.arcsinh(np.tan(latitude)) / np.pi) / 2
    return Tile(zoom, int((longitude / np.pi + 1) / 2 * side), int(y * side))


def _in_a_row(work: Callable[[], T]) -> list[tuple[float, T]]:
    """As a server makes tiles: the processor has not just done something else."""
    return [_timed(work) for _ in range(ROW)]


def _once(work: Callable[[], object]) -> float:
    return _timed(work)[0]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def _compare(ours: bytes, theirs: bytes) -> tuple[int, str]:
    """How many features, and whether both tiles have the same ones with the same numbers."""
    mine, oracle = (_properties(tile) for tile in (ours, theirs))
    inside = mine.keys() & oracle.keys()
    same = all(mine[h] == oracle[h] for h in inside)
    edge = len(mine.keys() ^ oracle.keys())
    return len(mine), ("yes" if same else "NO") + (f", but {edge} at the buffer's edge" if edge else "")


def _properties(tile: bytes) -> dict[str, dict[str, object]]:
    decoded = mapbox_vector_tile.decode(tile)[large_mission.DATASET]["features"]
    return {f["properties"]["h3"]: f["properties"] for f in decoded}


if __name__ == "__main__":
    main()
