"""What the address of a tile names: read strictly, so that one reading serves the route and the short cut alike."""

from __future__ import annotations

import re
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from hexwatch_schemas.errors import HexwatchError, NotFound
from hexwatch_schemas.tiles import Tile

from .answers import FOREVER, SHORT, Resource
from .asked import Asked, asked
from .catalogue import Layer
from .described import MVT
from .ogc.stored.collection import Stored
from .ogc.stored.tiles import tile as records
from .routes.parameters import TileChoice
from .state import State
from .vector_tiles import encode

_PATH = re.compile(r"/tiles/([^/]+)/(?:r([0-9]{1,9})/)?([0-9]{1,2})/([0-9]{1,9})/([0-9]{1,9})\.(?:mvt|pbf)", re.ASCII)


def tile(state: State, layer: Layer | Stored, address: Tile, choice: TileChoice) -> Resource:
    """A tile of a layer or of single records, as they are now. Raises NotFound and UsageError."""
    return (
        hexagons(state, layer, address, choice) if isinstance(layer, Layer) else records(state, layer, address, choice)
    )


def hexagons(state: State, layer: Layer, address: Tile, choice: TileChoice, release: int | None = None) -> Resource:
    """A tile of a layer, of a named release or of the newest. Raises NotFound and UsageError."""
    if not address.valid or not layer.minzoom <= address.z <= layer.maxzoom:
        raise NotFound(
            "There is no such tile.", hint=f"Layer {layer.id!r} has zooms {layer.minzoom} to {layer.maxzoom}."
        )
    at_release(layer, release)
    wanted = asked(layer, choice.datetime, choice.category, choice.cols, choice.against)
    resolution = layer.resolution(address.z, choice.resolution)
    return Resource(
        ("tile", layer.id, layer.release, layer.digest, wanted, resolution, address),
        lambda: _make(state, layer, wanted, resolution, address),
        state.representations,
        media_type=MVT,
        cache_control=SHORT if release is None else FOREVER,
        layer=layer,
    )


def tile_at(state: State, path: str, query: bytes) -> Resource | None:
    """The tile that an address names; None for everything that is no plain address of one that exists."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    layer, release, *numbers = found.groups()
    try:
        choice = TileChoice.model_validate(_parameters(query))
        at = Tile(*map(int, numbers))
        if release is None:
            return tile(state, state.catalogue.collection(layer), at, choice)
        return hexagons(state, state.catalogue[layer], at, choice, int(release))
    except (HexwatchError, ValidationError, ValueError):
        return None


def at_release(layer: Layer, release: int | None) -> None:
    """Raises NotFound unless the release is the one served: another's numbers must not answer under its name."""
    if release is None or release == layer.release:
        return
    word = "has no release" if release > layer.release else "no longer serves release"
    raise NotFound(
        f"Layer {layer.id!r} {word} {release}.", hint=f"It serves release {layer.release}; see /layers/{layer.id}."
    )


def _parameters(query: bytes) -> dict[str, str]:
    """Each parameter once. Raises ValueError where one comes twice or is not UTF-8."""
    pairs = (
        parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict") if query else []
    )
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a parameter comes twice")
    return dict(pairs)


def _make(
    state: State, layer: Layer, wanted: Asked, resolution: int, address: Tile
) -> bytes | Coroutine[Any, Any, bytes]:
    table = state.numbers.held(layer, wanted, resolution)
    return _made(state, layer, wanted, resolution, address) if table is None else encode(layer, wanted, table, address)


async def _made(state: State, layer: Layer, wanted: Asked, resolution: int, address: Tile) -> bytes:
    return encode(layer, wanted, await state.numbers.table(layer, wanted, resolution), address)
