"""Vector tiles and their TileJSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from hexwatch_schemas.tiles import Tile

from ..asked import asked
from ..described import MVT, tile_url
from ..engine.mvt import STATE
from ..state import Held, TheLayer
from ..tile_addresses import tile as named_tile
from .answered import answered
from .parameters import ChoiceQuery, TileQuery

router = APIRouter(prefix="/tiles", tags=["tiles"])


@router.get("/{layer}/tilejson.json")
async def tilejson(layer: TheLayer, state: Held, choice: ChoiceQuery) -> dict[str, Any]:
    """TileJSON 3.0 of a layer; its tiles keep the window and categories asked for."""
    asked(layer, choice.datetime, choice.category)
    fields = (
        {"h3": "String"} | {i.id: "Number" for i in layer.indicators} | ({STATE: "String"} if layer.watched else {})
    )
    west, south, east, north = layer.bounds
    return {
        "tilejson": "3.0.0",
        "name": layer.title,
        "version": f"{layer.release}.0.0",
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
                "description": layer.title,
                "minzoom": layer.minzoom,
                "maxzoom": layer.maxzoom,
                "fields": fields,
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
async def tile(layer: TheLayer, z: int, x: int, y: int, request: Request, state: Held, choice: TileQuery) -> Response:
    """One tile: each hexagon's `h3` and indicators. 204 where nothing was reported, 404 outside the layer's zooms."""
    return await answered(request, state, named_tile(state, layer, Tile(z, x, y), choice))


@router.get("/{layer}/r{release}/{z}/{x}/{y}.mvt", **_TILE)
@router.get("/{layer}/r{release}/{z}/{x}/{y}.pbf", **_TILE)
async def tile_of_release(
    layer: TheLayer, release: int, z: int, x: int, y: int, request: Request, state: Held, choice: TileQuery
) -> Response:
    """The same of a named release: it never changes, so it may be kept for good. 404 once another release is served."""
    return await answered(request, state, named_tile(state, layer, Tile(z, x, y), choice, release))
