"""Raster tiles a second beside titiler.core and MapServer on the same COGs, where the time goes, and equal pixels.

`./run bench raster [SIDE]`: COGs of SIDE x SIDE pixels, 10,240 unless said.
"""

from __future__ import annotations

import io
import json
import math
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import psycopg
import rasterio
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from rasterio.transform import from_origin
from rasterio.warp import transform_bounds

from bench.served import folder, free_port, get, service, until_it_answers, wrk
from hexwatch_etl.catalogue import Description
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.hexgrid import HALF_WORLD
from hexwatch_schemas.migrate import upgrade
from hexwatch_schemas.settings import Settings
from hexwatch_schemas.words import Audience
from hexwatch_service.pictures.frame import Frame, of_tile

SIDE = 10_240
SECONDS, ROUNDS = 2, 3  # of each server, file and zoom, one after the other: "wrk" with 32 connections
SQUARE = 5  # tiles: a square of them around the centre
ZOOM = 14  # whose pixels the files have
ZOOMS = (ZOOM - 3, ZOOM - 1, ZOOM, ZOOM + 1)
PIXEL = 2 * HALF_WORLD / 256 / 2**ZOOM
# Each in a process of its own. Debian's Python has MapServer; a file of this folder would hide one of its own.
ALONE = {
    "ours and rio-tiler": [sys.executable, "-m", "bench.raster_alone"],
    "MapServer": ["/usr/bin/python3", "-I", str(Path(__file__).with_name("raster_mapserver.py"))],
}


def main() -> None:
    """Print a table of tiles a second for each file, and one of where the time goes."""
    side = int(sys.argv[1]) if len(sys.argv) > 1 else SIDE
    with folder() as home, ExitStack() as stack:
        cluster = stack.enter_context(PrivateCluster(Settings(data_folder=home)))  # pyright: ignore[reportCallIssue]
        upgrade(cluster.dsn())
        cogs = _loaded(cluster.dsn(), home, side)
        ours = stack.enter_context(service(home, "--workers", "1", HEXWATCH_TILE_CACHE_MB="0"))
        peer = stack.enter_context(_titiler())
        print(
            f"COGs of {side:,} x {side:,} pixels; only blocks cached; wrk with 32 connections; one worker.", flush=True
        )
        for name, cog in cogs.items():
            print(f"\n## {name}\n\n{_table(ours, peer, name, cog)}\n\n{_pixels(ours, peer, name, cog)}", flush=True)
        print(f"\n## Milliseconds of processor a tile\n\n{_alone(cogs)}")


def _loaded(dsn: str, home: Path, side: int) -> dict[str, Path]:
    """COGs by dataset: in the tiles' own grid, in UTM, and numbers of one band in UTM."""
    colours, start = scene(side), round(2_048_000 / PIXEL / 256) * 256 * PIXEL
    kinds = {
        "aligned": (colours, "EPSG:3857", from_origin(start, 512 * 256 * PIXEL / 16, PIXEL, PIXEL)),
        "utm": (colours, "EPSG:32634", from_origin(200_000, 500_000, PIXEL, PIXEL)),
        "numbers": (colours[:1].astype("float32") / 7, "EPSG:32634", from_origin(200_000, 500_000, PIXEL, PIXEL)),
    }
    for name, (values, crs, grid) in kinds.items():
        profile: dict[str, Any] = {
            "crs": crs,
            "transform": grid,
            "tiled": True,
            "count": len(values),
            "dtype": values.dtype,
        }
        photometric: dict[str, Any] = {"photometric": "RGB"} if len(values) == 3 else {"nodata": -1}
        file = home / f"{name}.tif"
        with rasterio.open(file, "w", driver="GTiff", width=side, height=side, **profile, **photometric) as made:
            made.write(values)
        with psycopg.connect(dsn, autocommit=True) as conn:
            public = Description(audience=Audience.PUBLIC)
            load_rasters(conn, RasterRequest(name, (file,), home / "rasters", public))
        file.unlink()
    with psycopg.connect(dsn) as conn:
        found = conn.execute("select d.id, r.href from catalog.raster r join catalog.dataset d on d.number = r.dataset")
        return {name: home / "rasters" / href for name, href in found.fetchall()}


def scene(side: int) -> NDArray[np.uint8]:
    """Hills with the noise that a camera has (3, side, side)."""
    chance, down, along = np.random.default_rng(1), *np.ogrid[0:side, 0:side]
    hills = 128 + sum(np.sin(along / p + down / q) * a for p, q, a in ((900, 700, 60), (120, -90, 30), (31, 23, 15)))
    bands = [hills + chance.normal(10 * band, 6, (side, side)) for band in range(3)]
    return np.array([band.clip(0, 255).astype(np.uint8) for band in bands])


@contextmanager
def _titiler() -> Iterator[str]:
    """Plain titiler.core, as its documentation runs it."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--log-level", "error", "--port", str(port), "bench.raster_titiler:app"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until_it_answers(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _addresses(cog: Path, zoom: int) -> list[str]:
    """`z/x/y` of tiles around the middle of a file, at most a square of them, the middle one first."""
    with rasterio.open(cog) as file:
        west, south, east, north = transform_bounds(file.crs, "EPSG:3857", *file.bounds)
    size = 2 * HALF_WORLD / 2**zoom
    x, y = ((west + east) / 2 + HALF_WORLD) / size, (HALF_WORLD - (south + north) / 2) / size
    reach = max(0, min(SQUARE // 2, int((east - west) / size / 2 - 1)))
    shift = sorted(range(-reach, reach + 1), key=abs)
    return [f"{zoom}/{math.floor(x) + dx}/{math.floor(y) + dy}" for dx in shift for dy in shift]


def _urls(ours: str, peer: str, name: str, cog: Path, zoom: int) -> dict[str, list[str]]:
    """The same tiles of both; the peer is told the colours that the catalogue has."""
    (file,) = json.loads(get(f"{ours}/rasters/{name}"))["files"]
    drawn: Mapping = file["rendering"]
    said = [("url", str(cog)), *(("bidx", i) for i in drawn["indexes"])]
    said += [("rescale", ",".join(map(str, r))) for r in drawn.get("rescale", [])]
    said += [("colormap_name", drawn["colormap_name"])] if "colormap_name" in drawn else []
    addresses = _addresses(cog, zoom)
    return {
        "ours": [f"{ours}/rasters/{name}/tiles/{a}.png" for a in addresses],
        "titiler.core": [f"{peer}/tiles/WebMercatorQuad/{a}.png?{urlencode(said)}&tilesize=256" for a in addresses],
    }


def _table(ours: str, peer: str, name: str, cog: Path) -> str:
    lines = ["| tiles a second | " + " | ".join(f"z{z}" for z in ZOOMS) + " |", "| --- |" + " --- |" * len(ZOOMS)]
    seen = {zoom: _round(_urls(ours, peer, name, cog, zoom)) for zoom in ZOOMS}
    lines.append("| ours | " + " | ".join(f"{seen[z]['ours']:,.0f}" for z in ZOOMS) + " |")
    rest = (
        f"{seen[z]['titiler.core']:,.0f} ({seen[z]['ours'] / max(seen[z]['titiler.core'], 0.1):.1f})" for z in ZOOMS
    )
    lines.append("| titiler.core | " + " | ".join(rest) + " |")
    return "\n".join(lines)


def _round(urls: Mapping[str, list[str]]) -> dict[str, float]:
    seen: dict[str, list[float]] = {name: [] for name in urls}
    for _ in range(ROUNDS):
        for name, addresses in urls.items():
            load = wrk(addresses, SECONDS)
            assert not load.failed, f"{name}: {load.failed} failures"
            seen[name].append(load.per_second)
    return {name: statistics.median(found) for name, found in seen.items()}


def _pixels(ours: str, peer: str, name: str, cog: Path) -> str:
    """How many pixels differ by more than one level, of every zoom from the whole world down to twice as fine.

    Beyond a file's edge rasterio may give a row of pixels of which only the first band is there; ours are empty there.
    """
    different = beyond = looked = 0
    for zoom in range(ZOOM + 2):
        urls = _urls(ours, peer, name, cog, zoom)
        one, other = (np.asarray(Image.open(io.BytesIO(get(u[0]))).convert("RGBA")) for u in urls.values())
        shown = (one[..., 3] > 0) | (other[..., 3] > 0)
        apart = (np.abs(one.astype(np.int16) - other).max(axis=-1) > 1) & shown
        inside = _inside(cog, of_tile(*map(int, _addresses(cog, zoom)[0].split("/"))))
        different, beyond = different + int((apart & inside).sum()), beyond + int((apart & ~inside).sum())
        looked += int(shown.sum())
    return (
        f"Of {looked:,} pixels at zooms 0 to {ZOOM + 1} {different:,} differ from titiler's by more than one level; it "
        f"draws {beyond:,} more beyond the file's edge."
    )


def _inside(cog: Path, frame: Frame) -> NDArray[np.bool_]:
    """Whether the centres of a frame's pixels lie in a file."""
    with rasterio.open(cog) as file:
        to_file = Transformer.from_crs("EPSG:4326", file.crs, always_xy=True)  # what it cannot place is infinitely far
        x, y = to_file.transform(*frame.centres())
        west, south, east, north = file.bounds
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _alone(cogs: Mapping[str, Path]) -> str:
    """Each in a process of its own, without HTTP."""
    asked = json.dumps([{"name": n, "cog": str(c), "tiles": _addresses(c, ZOOM - 1)} for n, c in cogs.items()])
    lines = ["| | read | colour and encode |", "| --- | --- | --- |"]
    for name, command in ALONE.items():
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
        lines.append(done.stdout.strip() or f"| {name} | left out: {done.stderr.strip()[-200:]} | |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
