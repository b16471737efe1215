"""Vector tiles by ST_AsMVT over the stored outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql as compose

from hexwatch_schemas.hexgrid import Cells
from hexwatch_schemas.queries import query
from hexwatch_schemas.tiles import BUFFER, EXTENT, Tile


def encode(
    conn: psycopg.Connection, layer: str, cells: Cells, values: Mapping[str, NDArray[np.float64]], tile: Tile
) -> bytes:
    """The tile of cells and their values (NaN: none); empty where no cell shows."""
    params = {"layer": layer, "z": tile.z, "x": tile.x, "y": tile.y, "extent": EXTENT, "buffer": BUFFER,
              "margin": BUFFER / EXTENT, "cells": cells.tolist()}  # fmt: skip
    numbers = {f"v{at}": [None if np.isnan(v) else v for v in c.tolist()] for at, c in enumerate(values.values())}
    found = conn.execute(_statement(list(values)), params | numbers).fetchone()
    return bytes(found[0]) if found else b""


def _statement(columns: Sequence[str]) -> compose.Composed:
    """The statement with one array of floats per column."""
    arrays = [compose.SQL(", {}::float8[]").format(compose.Placeholder(f"v{at}")) for at in range(len(columns))]
    names = [compose.SQL(", {}").format(compose.Identifier(c)) for c in columns]
    text = compose.SQL(query("tiles.hexagons", "oracle"))
    return text.format(arrays=compose.Composed(arrays), names=compose.Composed(names))
