"""Vector tiles and their TileJSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from hexwatch_schemas.tiles import Tile

from ..catalogue import Layer
from ..described import MVT, tile_url
from ..ogc.schema import properties
from ..ogc.stored.tiles import SAMPLED
from ..state import Held, TheCollection, TheLayer
from ..tile_addresses import hexagons
from ..tile_addresses import tile as named_tile
from .answered import answered
from .parameters import ComparedQuery, TileChoice, TileQuery

router = APIRouter(prefix="/tiles", tags=["tiles"])

_FIELDS = {"string": "String", "number": "Number", "integer": "Number", "boolean": "Boolean"}  # TileJSON 3.0, 3.3.2


@router.get("/{layer}/tilejson.json")
async def tilejson(layer: TheCollection, state: Held, choice: ComparedQuery) -> dict[str, Any]:
    """TileJSON 3.0 of a layer or of single records; its tiles keep the window and categories asked for."""
    named_tile(state, layer, Tile(layer.minzoom, 0, 0), TileChoice(**dict(choice)))  # what tiles refuse, it does
    west, south, east, north = layer.bounds
    return {
        "tilejson": "3.0.0",
        "name": layer.title,
        "version": f"{layer.release or 0}.0.0",
        "attribution": layer.attribution,
        "scheme": "xyz",
        "tiles": [tile_url(layer, state, choice.query)],
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        # TileJSON cannot say that a layer crosses the antimeridian.
        "bounds": [west, south, east, north] if west <= east else [-180.0, south, 180.0, north],
        "vector_layers": [
            {
                "id": layer.id,
                "description": layer.title if isinstance(layer, Layer) else f"{layer.title}. {SAMPLED}",
                "minzoom": layer.minzoom,
                "maxzoom": layer.maxzoom,
                "fields": {name: _FIELDS[found.type] for name, found in properties(layer).items()},
            }
        ],
    }


_TILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {"content": {MVT: {}}},
        204: {"description": "No hexagon here."},
        304: {"description": "You have it."},
    },
}


@router.get("/{layer}/{z}/{x}/{y}.mvt", **_TILE)
@router.get("/{layer}/{z}/{x}/{y}.pbf", **_TILE)
async def tile(
    layer: TheCollection, z: int, x: int, y: int, request: Request, state: Held, choice: TileQuery
) -> Response:
    """One tile: each hexagon's `h3` and indicators, or records. 204 where nothing is, 404 outside the zooms."""
    return await answered(request, state, named_tile(state, layer, Tile(z, x, y), choice))


@router.get("/{layer}/r{release}/{z}/{x}/{y}.mvt", **_TILE)
@router.get("/{layer}/r{release}/{z}/{x}/{y}.pbf", **_TILE)
async def tile_of_release(
    layer: TheLayer, release: int, z: int, x: int, y: int, request: Request, state: Held, choice: TileQuery
) -> Response:
    """The same of a named release: it never changes, so it may be kept for good. 404 once another release is served."""
    return await answered(request, state, hexagons(state, layer, Tile(z, x, y), choice, release))
