"""Where a tile's processor time goes: ours and rio-tiler's as titiler uses it. Prints rows of a table."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rio_tiler.io import Reader

from hexwatch_service.pictures.cogs import painted
from hexwatch_service.pictures.frame import of_tile
from hexwatch_service.pictures.image import png
from hexwatch_service.pictures.opened import OpenFiles
from hexwatch_service.pictures.picked import picked
from hexwatch_service.rasters import RasterFile

ROUNDS = 3
Tile = tuple[int, int, int]


def main() -> None:
    """Both, on every file that is asked for."""
    for said in json.load(sys.stdin):
        tiles = [_numbers(tile) for tile in said["tiles"]]
        cog = Path(said["cog"])
        opened, file = OpenFiles(cog.parent), _file(cog)

        def read(tile: Tile, opened: OpenFiles = opened, file: RasterFile = file) -> Any:
            return next(picked(opened, file, of_tile(*tile)))

        def rio_tiler(tile: Tile, cog: Path = cog, file: RasterFile = file) -> Any:
            with Reader(input=str(cog), options={}) as reader:
                return reader.tile(*tile[1:], tile[0], tilesize=256, indexes=file.rendering["indexes"])

        _row(f"ours, {said['name']}", read, lambda p, f=file: png(painted(p.values, p.opacity, f.rendering)), tiles)
        _row(f"rio-tiler, {said['name']}", rio_tiler, _rendered, tiles)


def _numbers(tile: str) -> tuple[int, int, int]:
    z, x, y = map(int, tile.split("/"))
    return z, x, y


def _rendered(image: Any) -> bytes:
    if image.array.dtype != "uint8":
        image.rescale([[0, 40]])
    return image.render(img_format="PNG")


def _file(cog: Path) -> RasterFile:
    """As little of the register as drawing needs."""
    import rasterio  # noqa: PLC0415 (after the service has set GDAL up)

    with rasterio.open(cog) as opened:
        colours = opened.count == 3
        rendering = {"indexes": [1, 2, 3]} if colours else {"indexes": [1], "rescale": [[0, 40]]}
        return RasterFile(
            "", cog.name, (-180, -90, 180, 90), "", opened.width, opened.height, 1.0, "", None, (), "", rendering, None
        )


def _row(name: str, read: Callable, finish: Callable, tiles: Sequence[Tile]) -> None:
    """Medians would hide what the first reading of a block costs: means, once all blocks were read."""
    for tile in tiles:
        finish(read(tile))
    found, begun = [], time.process_time()
    for _ in range(ROUNDS):
        found = [read(tile) for tile in tiles]
    middle = time.process_time()
    for _ in range(ROUNDS):
        for one in found:
            finish(one)
    count = ROUNDS * len(tiles) / 1000
    print(f"| {name} | {(middle - begun) / count:.2f} | {(time.process_time() - middle) / count:.2f} |")


if __name__ == "__main__":
    main()
