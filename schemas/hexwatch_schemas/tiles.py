"""Web mercator tiles (OGC Two Dimensional Tile Matrix Set 2.0, WebMercatorQuad) and the resolution for a zoom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import h3.api.basic_int as h3

from .hexgrid import HALF_WORLD

MAX_CELLS_PER_TILE = 3000
MAX_CELLS_ASKED = 12_000  # where somebody wants it finer: the tile is large, but still a matter of milliseconds
EXTENT = 4096  # units a side of a vector tile
BUFFER = 64  # units around it, so that outlines do not show at its edges

_EARTH_KM2 = 510_065_622.0


@dataclass(frozen=True)
class Tile:
    """Zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @property
    def valid(self) -> bool:
        """Whether the address lies in the pyramid."""
        return 0 <= self.z <= 30 and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    @property
    def size(self) -> float:
        """Length of a side, metres of EPSG:3857."""
        return 2 * HALF_WORLD / (1 << self.z)

    def bounds(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857 metres, widened by a share of the side."""
        west, north = self.x * self.size - HALF_WORLD, HALF_WORLD - self.y * self.size
        pad = margin * self.size
        return west - pad, north - self.size - pad, west + self.size + pad, north + pad


@cache
def resolution_for_zoom(zoom: int, base: int) -> int:
    """The finest resolution, up to the layer's base, at which a tile at the equator holds at most 3,000 cells."""
    return finest_resolution(zoom, base, MAX_CELLS_PER_TILE)


@cache
def finest_resolution(zoom: int, base: int, most: int) -> int:
    """The finest resolution, up to the base, at which a tile at the equator holds at most so many cells."""
    tile_km2 = min(_EARTH_KM2, (2 * HALF_WORLD / 1000 / (1 << zoom)) ** 2)
    fitting = (r for r in range(base, 0, -1) if tile_km2 / h3.average_hexagon_area(r) <= most)
    return next(fitting, 1)


@cache
def zooms_of_resolution(resolution: int, base: int, minzoom: int, maxzoom: int) -> range:
    """The zooms at which a resolution is drawn; empty where it never is."""
    found = [z for z in range(minzoom, maxzoom + 1) if resolution_for_zoom(z, base) == resolution]
    return range(found[0], found[-1] + 1) if found else range(0)
