"""MapServer on the same COGs, in one thread, by Debian's Python (apt-get install python3-mapscript). Prints rows."""

import json
import math
import sys
import time

import mapscript  # pyright: ignore[reportMissingImports]

ROUNDS = 3
HALF_WORLD = math.pi * 6378137

MAP = """MAP SIZE 256 256 IMAGECOLOR 0 0 0 PROJECTION "init=epsg:3857" END
OUTPUTFORMAT NAME "png" DRIVER "AGG/PNG" MIMETYPE "image/png" IMAGEMODE RGBA FORMATOPTION "COMPRESSION=1" END
LAYER NAME "cog" TYPE RASTER STATUS ON DATA "{cog}" {scale} PROJECTION AUTO END END END"""


def main():
    """Every file that is asked for."""
    for said in json.load(sys.stdin):
        scale = 'PROCESSING "SCALE=0,40"' if said["name"] == "numbers" else ""
        drawn = mapscript.fromstring(MAP.format(cog=said["cog"], scale=scale))
        tiles = [tuple(map(int, tile.split("/"))) for tile in said["tiles"]]
        for tile in tiles:
            picture(drawn, *tile).getBytes()
        found, begun = [], time.process_time()
        for _ in range(ROUNDS):
            found = [picture(drawn, *tile) for tile in tiles]
        middle = time.process_time()
        for _ in range(ROUNDS):
            for one in found:
                one.getBytes()
        count = ROUNDS * len(tiles) / 1000
        end = time.process_time()
        print(f"| MapServer, {said['name']} | {(middle - begun) / count:.2f} | {(end - middle) / count:.2f} |")


def picture(drawn, z, x, y):
    """A tile's picture."""
    size = 2 * HALF_WORLD / 2**z
    drawn.setExtent(
        x * size - HALF_WORLD, HALF_WORLD - (y + 1) * size, (x + 1) * size - HALF_WORLD, HALF_WORLD - y * size
    )
    return drawn.draw()


if __name__ == "__main__":
    main()
