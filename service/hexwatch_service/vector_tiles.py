"""Vector tiles made by PostGIS (Mapbox Vector Tile 2.1) over stored outlines; values come from the table that all formats share."""

from __future__ import annotations

import numpy as np
from psycopg import sql as compose

from hexwatch_schemas.tiles import BUFFER, EXTENT, Tile

from .asked import Asked
from .catalogue import Layer
from .database import Database, sql
from .numbers import Table


async def encode(database: Database, layer: Layer, asked: Asked, table: Table, tile: Tile) -> bytes:
    """The tile's bytes; empty where no cell shows."""
    rows = table.near(tile)
    if not rows.size:
        return b""
    columns = [table.values[c][rows] for c in asked.columns]
    params = {"layer": layer.id, "z": tile.z, "x": tile.x, "y": tile.y, "extent": EXTENT, "buffer": BUFFER,
              "margin": BUFFER / EXTENT, "cells": table.cells[rows].tolist()}  # fmt: skip
    params |= {f"v{at}": [None if np.isnan(v) else v for v in c.tolist()] for at, c in enumerate(columns)}
    found = await database.fetch(_statement(asked.columns), params)
    return bytes(found[0]["tile"])


def _statement(columns: tuple[str, ...]) -> compose.Composed:
    """The statement with one array of floats per column: their names come from our own registry, quoted all the same."""
    arrays = [compose.SQL(", {}::float8[]").format(compose.Placeholder(f"v{at}")) for at in range(len(columns))]
    names = [compose.SQL(", {}").format(compose.Identifier(c)) for c in columns]
    return compose.SQL(sql("tiles.hexagons")).format(arrays=compose.Composed(arrays), names=compose.Composed(names))
