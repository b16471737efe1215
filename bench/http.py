"""Tiles a second over HTTP, cached and not: ours beside raw ASGI, ST_AsMVT and tipg, on the same cells in one run."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import numpy as np
import psycopg
import shapely
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bench import large_mission, peers
from bench.served import folder, free_port, get, large_store, service, until_it_answers, wrk
from hexwatch_schemas import hexgrid
from hexwatch_schemas.tiles import resolution_for_zoom

CELLS, FACTS = 500_000, 2_000_000
ZOOMS = (8, 10, 12)
SECONDS, ROUNDS = 2, 5  # of each server and zoom, one after the other: "wrk" with 32 connections
SIDE = 5  # tiles: a square of them around the centre
PROPERTIES = 10
OURS = ["--workers", "1"]


def main() -> None:
    """Print one table: medians of tiles a second, and ratios to ours."""
    with folder() as home, large_store(home, CELLS, FACTS) as dsn, ExitStack() as stack:
        _store_outlines(dsn)
        ours = stack.enter_context(service(home, *OURS))
        making = stack.enter_context(service(home, *OURS, HEXWATCH_TILE_CACHE_MB="0"))
        tiles = home / "tiles"
        _keep(ours, tiles)
        roots = {
            "ours, cached": f"{ours}/tiles/large",
            "raw ASGI, the same bytes": stack.enter_context(_asgi("bytes_in_memory", HEXWATCH_BENCH_TILES=str(tiles))),
            "ours, made anew": f"{making}/tiles/large",
            "raw ASGI, ST_AsMVT": stack.enter_context(_asgi("asks_postgis", HEXWATCH_BENCH_DSN=dsn, **_statements())),
            "tipg": stack.enter_context(_tipg(home, dsn)),
        }
        print(_table(roots))


def _addresses(zoom: int) -> list[str]:
    """`z/x/y` of a square of tiles around the centre of the mission."""
    latitude, longitude = large_mission.CENTRE
    x = int((longitude + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)
    return [f"{zoom}/{x + dx}/{y + dy}" for dx in range(SIDE) for dy in range(SIDE)]


def _resolutions() -> set[int]:
    return {resolution_for_zoom(zoom, large_mission.BASE) for zoom in ZOOMS}


def _store_outlines(dsn: str) -> None:
    """A table a resolution for the others: cell, ten numbers, outline in EPSG:3857 with a GiST index."""
    base, chance = large_mission.cells(CELLS), np.random.default_rng(5)
    with psycopg.connect(dsn, autocommit=True) as conn:
        for resolution in _resolutions():
            cells = np.unique(hexgrid.to_parent(base, resolution))
            numbers = chance.geometric(0.2, (cells.size, PROPERTIES)).astype(float)
            table = sql.Identifier(f"hexes_{resolution}")
            conn.execute(_CREATE.format(table=table, columns=_NUMBERS))
            with conn.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin").format(table)) as copy:
                outlines = shapely.to_wkb(shapely.set_srid(hexgrid.outlines(cells), 3857), hex=True, include_srid=True)
                for cell, row, outline in zip(cells.tolist(), numbers.tolist(), outlines, strict=True):
                    copy.write_row((hexgrid.to_text(cell), *row, outline))
            conn.execute(sql.SQL("create index on {} using gist (geom)").format(table))
            conn.execute(sql.SQL("vacuum analyze {}").format(table))


_CREATE = sql.SQL("create table {table} (h3 text, {columns}, geom geometry(MultiPolygon, 3857))")


_NUMBERS = sql.SQL(", ").join(sql.SQL("{} float8").format(sql.Identifier(f"v{at}")) for at in range(PROPERTIES))


def _statements() -> Mapping[str, str]:
    columns = ", ".join(["h.h3", *(f"h.v{at}" for at in range(PROPERTIES))])
    drawn = {zoom: resolution_for_zoom(zoom, large_mission.BASE) for zoom in ZOOMS}
    return {
        f"HEXWATCH_BENCH_SQL_{zoom}": peers.STORED.format(columns=columns, resolution=resolution)
        for zoom, resolution in drawn.items()
    }


def _keep(root: str, tiles: Path) -> None:
    """Our tiles as files, for the application that only sends them; ours has them in its memory from now on."""
    tiles.mkdir()
    for zoom in ZOOMS:
        for address in _addresses(zoom):
            (tiles / f"{address.replace('/', '-')}.mvt").write_bytes(get(f"{root}/tiles/large/{address}.mvt"))


@contextmanager
def _asgi(name: str, **environment: str) -> Iterator[str]:
    """One of the plain applications behind the same server as ours."""
    options = ["-m", "granian", "--interface", "asgi", "--no-log", "--workers", "1"]
    with _running([sys.executable, *options, f"bench.peers:{name}"], environment, "/8/125/115.mvt") as root:
        yield root


@contextmanager
def _tipg(home: Path, dsn: str) -> Iterator[str]:
    """tipg in a virtual environment of its own, which goes with the folder."""
    python = home / "tipg" / "bin" / "python"
    venv.create(home / "tipg", with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "tipg", "uvicorn[standard]"], check=True)
    parts = conninfo_to_dict(dsn)
    url = f"postgresql://{parts['user']}@{quote(str(parts['host']), safe='')}:{parts['port']}/{parts['dbname']}"
    environment = {"DATABASE_URL": url, "TIPG_DB_SCHEMAS": '["public"]', "TIPG_MAX_FEATURES_PER_TILE": "100000"}
    command = [python, "-m", "uvicorn", "--log-level", "error", "tipg.main:app"]
    with _running(command, environment, "/collections") as root:
        yield f"{root}/collections/public.hexes_{{resolution}}/tiles/WebMercatorQuad"


@contextmanager
def _running(command: Sequence[str | Path], environment: Mapping[str, str], path: str) -> Iterator[str]:
    port = free_port()
    with subprocess.Popen([*command, "--port", str(port)], env={**os.environ, **environment}) as process:
        try:
            until_it_answers(f"http://127.0.0.1:{port}{path}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _table(roots: Mapping[str, str]) -> str:
    lines = [
        f"{CELLS:,} cells, {FACTS:,} facts, ten numbers a cell; wrk with 32 connections; one worker each.",
        f"Tiles a second, medians of {ROUNDS} rounds; in brackets how many times as many ours gives.",
        "",
        "| | " + " | ".join(f"z{zoom}" for zoom in ZOOMS) + " |",
        "| --- |" + " --- |" * len(ZOOMS),
    ]
    seen = {zoom: _round(roots, zoom) for zoom in ZOOMS}
    for name in roots:
        ours = "ours, cached" if name == "raw ASGI, the same bytes" else "ours, made anew"
        ratios = (f"{seen[zoom][name]:,.0f}" + _ratio(seen[zoom], name, ours) for zoom in ZOOMS)
        lines.append(f"| {name} | " + " | ".join(ratios) + " |")
    return "\n".join(lines)


def _ratio(seen: Mapping[str, float], name: str, ours: str) -> str:
    return "" if name.startswith("ours") else f" ({seen[ours] / seen[name]:.2f})"


def _round(roots: Mapping[str, str], zoom: int) -> dict[str, float]:
    """Median tiles a second of each, taken in turns so that what else the machine does meets all alike."""
    resolution = resolution_for_zoom(zoom, large_mission.BASE)
    seen: dict[str, list[float]] = {name: [] for name in roots}
    for _ in range(ROUNDS):
        for name, root in roots.items():
            ending = "" if name == "tipg" else ".mvt"
            load = wrk([f"{root.format(resolution=resolution)}/{a}{ending}" for a in _addresses(zoom)], SECONDS)
            assert not load.failed, f"{name}: {load.failed} failures"
            seen[name].append(load.per_second)
    return {name: statistics.median(found) for name, found in seen.items()}


if __name__ == "__main__":
    main()
