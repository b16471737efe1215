"""One table per question: what each cell of a layer shows in a window. Every format reads its numbers here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas import hexgrid
from hexwatch_schemas.classification import Class, classify
from hexwatch_schemas.hexgrid import HALF_WORLD, Cells
from hexwatch_schemas.indicators import Values, WindowSums
from hexwatch_schemas.queries import query
from hexwatch_schemas.style import Band
from hexwatch_schemas.sums import asked as parameters
from hexwatch_schemas.sums import from_rows
from hexwatch_schemas.tiles import Tile

from .asked import Asked
from .catalogue import Layer
from .database import Database
from .flights import Flights

MEMORY = 256 << 20  # bytes of tables kept per process


@dataclass(frozen=True)
class Table:
    """Cells in ascending order, the indicators' values, and where the cells lie."""

    sums: WindowSums
    values: Mapping[str, Values]  # NaN: no value
    centres: NDArray[np.float64]  # (n, 2) EPSG:3857 metres
    radii: Values  # (n) no vertex is farther from the centre than this, metres of EPSG:3857

    @property
    def cells(self) -> Cells:
        """The cells that have anything to show."""
        return self.sums.cells

    @property
    def nbytes(self) -> int:
        """Memory held, roughly."""
        return 200 + self.cells.size * 8 * (4 + 2 * len(self.sums.precise) + len(self.values))

    def near(self, tile: Tile) -> NDArray[np.int64]:
        """Positions of the cells that may touch a tile; the antimeridian is no border."""
        west, south, east, north = tile.bounds()
        half = tile.size / 2
        dx = np.abs((self.centres[:, 0] - (west + east) / 2 + HALF_WORLD) % (2 * HALF_WORLD) - HALF_WORLD)
        dy = np.abs(self.centres[:, 1] - (south + north) / 2)
        return np.flatnonzero((dx <= half + self.radii) & (dy <= half + self.radii))


class Numbers:
    """Tables made from the facts, each once, kept while there is room."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables: Flights[Table] = Flights(MEMORY, lambda table: table.nbytes)

    async def table(self, layer: Layer, asked: Asked, resolution: int) -> Table:
        """What a layer shows in a window at a resolution."""
        key = (layer.id, layer.release, asked.window, asked.categories, resolution)
        return await self._tables.get(key, lambda: self._read(layer, asked, resolution))

    async def _read(self, layer: Layer, asked: Asked, resolution: int) -> Table:
        wanted = parameters(layer.dataset, resolution, asked.window, asked.codes(layer))
        rows = await self._database.fetch(query("sums.on_cells"), wanted)
        sums = from_rows((tuple(r.values()) for r in rows), layer.measures, asked.window)
        return table_of(layer, sums, resolution)

    async def unplaced(self, layer: Layer, asked: Asked) -> dict[str, float]:
        """By measure, what the window holds that is on no hexagon."""
        wanted = parameters(layer.dataset, -1, asked.window, asked.codes(layer))
        rows = await self._database.fetch(query("sums.unplaced"), wanted)
        return {row["name"]: row["amount"] for row in rows}

    async def classes(self, layer: Layer, indicator: str, asked: Asked, resolution: int) -> list[Class]:
        """The one classification of what is shown."""
        return classify((await self.table(layer, asked, resolution)).values[indicator])

    async def bands(self, layer: Layer, indicator: str, asked: Asked) -> list[Band]:
        """Classes for every resolution that some zoom draws."""
        found = []
        for resolution in range(1, layer.base + 1):
            zooms = layer.zooms(resolution)
            if zooms:
                end = None if zooms[-1] == layer.maxzoom else zooms[-1] + 1
                found.append(Band(resolution, zooms[0], end, await self.classes(layer, indicator, asked, resolution)))
        return found


def table_of(layer: Layer, sums: WindowSums, resolution: int) -> Table:
    """Indicators computed and cells put on the map."""
    centres = hexgrid.centres(sums.cells)
    stretch = 1 / np.cos(np.radians(np.clip(np.abs(centres[:, 1]) + hexgrid.reach_degrees(resolution), 0, 89)))
    return Table(
        sums,
        {i.id: i.compute(sums) for i in layer.indicators},
        hexgrid.mercator(centres),
        np.radians(hexgrid.reach_degrees(resolution)) * hexgrid.EARTH_RADIUS * stretch,
    )
