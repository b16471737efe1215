"""Which library and level to compress with: time against bytes, on our tiles and on the files of the map page."""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import resources
from pathlib import Path

import brotli
import zstandard
from isal import isal_zlib

from bench.served import folder, get, large_store, service

LINE = 2e6  # bytes a second, 16 Mbit/s: a home line; a field office has less, and wins by fewer bytes
ROUNDS = 5
CORNERS = ((4, 7, 7), (6, 31, 28), (8, 125, 115), (10, 502, 463))  # inside the large mission
TILES = [(z, x + dx, y + dy) for z, x, y in CORNERS for dx in (0, 1) for dy in (0, 1)]

CANDIDATES: dict[str, Callable[[bytes], bytes]] = {
    **{f"zlib {level}": partial(gzip.compress, compresslevel=level, mtime=0) for level in (1, 4, 6, 9)},
    **{f"isal {level}": lambda body, level=level: isal_zlib.compress(body, level, 31) for level in (0, 1, 2, 3)},
    **{f"zstd {level}": lambda body, level=level: zstandard.compress(body, level) for level in (1, 3, 6, 9, 15, 19)},
    **{f"brotli {level}": partial(brotli.compress, quality=level) for level in (0, 1, 3, 4, 5, 6, 9, 11)},
}


def main() -> None:
    """Print one table for tiles and one for the map's own files."""
    with folder() as home, large_store(home, 60_000, 300_000), service(home) as root:
        tiles = [get(f"{root}/tiles/large/{z}/{x}/{y}.mvt") for z, x, y in TILES]
    print(_table("tiles", [tile for tile in tiles if tile]))
    static = Path(str(resources.files("hexwatch_service"))) / "static" / "assets"
    files = [file for file in sorted(static.glob("*")) if file.stat().st_size < 2e6]
    print(_table("files of the map page", [file.read_bytes() for file in files]))


def _table(title: str, bodies: Sequence[bytes]) -> str:
    """Markdown: size, speed, and the time from asking to having over a line of 16 Mbit/s."""
    whole = sum(map(len, bodies))
    said = f"{len(bodies)} {title}, {whole / len(bodies) / 1000:.0f} kB on average"
    lines = [said, "", "| | bytes left | MB/s | ms, made and sent |", "| --- | --- | --- | --- |"]
    for name, compress in CANDIDATES.items():
        size = sum(len(compress(body)) for body in bodies)
        seconds = statistics.median(_seconds(compress, bodies) for _ in range(ROUNDS))
        sent = (seconds + size / LINE) / len(bodies)
        lines.append(f"| {name} | {size / whole:.1%} | {whole / seconds / 1e6:.0f} | {sent * 1e3:.1f} |")
    return "\n".join([*lines, ""])


def _seconds(compress: Callable[[bytes], bytes], bodies: Sequence[bytes]) -> float:
    begun = time.perf_counter()
    for body in bodies:
        compress(body)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
