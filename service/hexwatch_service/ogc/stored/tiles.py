"""Vector tiles of single records. What is known to a wider area only is no point, and so in no tile."""

from __future__ import annotations

import numpy as np

from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.hexgrid import HALF_WORLD
from hexwatch_schemas.tiles import BUFFER, EXTENT, Tile

from ...answers import Resource
from ...described import MVT
from ...routes.parameters import TileChoice
from ...state import State
from ..crs import CRS84
from ..question import Box
from . import statements
from .answering import fetched
from .collection import Stored
from .question import Asked, read

MOST = 10_000  # records of one tile
SAMPLED = f"A tile holds at most {MOST:,} records: of more, a sample that stays when zooming in; items has all."

_NAMES = {"cols": "properties"}  # as items name it


def tile(state: State, stored: Stored, address: Tile, choice: TileChoice) -> Resource:
    """A tile of a collection. Raises NotFound and UsageError."""
    if not address.valid or address.z > stored.maxzoom:
        raise NotFound("There is no such tile.", hint=f"Collection {stored.id!r} has zooms 0 to {stored.maxzoom}.")
    said = {_NAMES.get(name, name): str(value) for name, value in choice if value is not None}
    asked, _ = read(stored, said)
    return Resource(
        ("tile", stored.id, stored.digest, asked, address),
        lambda: _make(state, stored, asked, address),
        state.representations,
        media_type=MVT,
        layer=stored,
    )


async def _make(state: State, stored: Stored, asked: Asked, address: Tile) -> bytes:
    """The tile's bytes; empty where nothing is drawn."""
    (row,) = await fetched(state, statements.tile(stored, asked, address, _box(address), MOST))
    return bytes(row["tile"])


def _box(address: Tile) -> Box:
    """Degrees of the tile and what is drawn around it; of its own world, which ends at the antimeridian."""
    corners = np.reshape(address.bounds(BUFFER / EXTENT), (2, 2)).clip(-HALF_WORLD, HALF_WORLD)
    west, south, east, north = CRS84.from_mercator(corners).ravel().tolist()
    return west, south, east, north
