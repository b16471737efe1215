"""Vector tiles of a layer: the outlines of its snapshot with the values of the table that all formats share."""

from __future__ import annotations

from functools import lru_cache

from hexwatch_schemas.tiles import Tile

from .asked import Asked
from .catalogue import Layer
from .engine import mvt
from .numbers import Table


def encode(layer: Layer, asked: Asked, table: Table, tile: Tile) -> bytes:
    """The tile's bytes; empty where no cell shows. A matter of milliseconds at most: not worth another thread."""
    grid = layer.snapshot.grids[table.resolution - 1]
    return mvt.encode(layer.id, grid, table.shown, _columns(asked.columns, tuple(table.values)), tile)


@lru_cache(256)
def _columns(wanted: tuple[str, ...], there: tuple[str, ...]) -> mvt.Columns:
    return mvt.Columns.of({name: there.index(name) if name in there else -1 for name in wanted})
