"""Tile matrix sets (OGC 17-083r4), and the frame of a tile in one."""

from __future__ import annotations

from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.tiles import Tile

from .frame import DEGREES, Frame, of_tile

QUAD, WORLD = "WebMercatorQuad", "WorldCRS84Quad"
DEEPEST = 24


def tile_frame(matrices: str, z: int, x: int, y: int) -> Frame:
    """What a tile shows. Raises NotFound where there is no such tile."""
    if matrices == QUAD:
        if not (0 <= z <= DEEPEST and Tile(z, x, y).valid):
            raise NotFound("There is no such tile.", hint=f"{QUAD} has zooms 0 to {DEEPEST}.")
        return of_tile(z, x, y)
    if matrices == WORLD:
        return _of_world(z, x, y)
    return _of_set(matrices, z, x, y)


def quad_frame(z: int, x: int, y: int) -> Frame:
    """The same of web mercator, for addresses that name no set."""
    return tile_frame(QUAD, z, x, y)


def _of_world(z: int, x: int, y: int) -> Frame:
    """Two squares of degrees side by side at zoom 0."""
    if not (0 <= z <= DEEPEST and 0 <= x < 2 << z and 0 <= y < 1 << z):
        raise NotFound("There is no such tile.", hint=f"{WORLD} has zooms 0 to {DEEPEST}.")
    side = 180 / (1 << z)
    return Frame((x * side - 180, 90 - (y + 1) * side, (x + 1) * side - 180, 90 - y * side), DEGREES)


def _of_set(matrices: str, z: int, x: int, y: int) -> Frame:
    import morecantile  # noqa: PLC0415 (a quarter of a second that only these sets need)

    if matrices not in morecantile.tms.list():
        known = ", ".join(morecantile.tms.list())
        raise NotFound(f"There is no tile matrix set {matrices[:40]!r}.", hint=f"There are: {known}.")
    found = morecantile.tms.get(matrices)
    if not found.minzoom <= z <= found.maxzoom:
        raise NotFound("There is no such tile.", hint=f"{matrices} has zooms {found.minzoom} to {found.maxzoom}.")
    matrix = found.matrix(z)
    if not (0 <= x < matrix.matrixWidth and 0 <= y < matrix.matrixHeight):
        raise NotFound("There is no such tile.", hint=f"Its zoom {z} is {matrix.matrixWidth} x {matrix.matrixHeight}.")
    left, bottom, right, top = found.xy_bounds(morecantile.Tile(x, y, z))
    return Frame((left, bottom, right, top), found.rasterio_crs.to_string(), matrix.tileWidth, matrix.tileHeight)
