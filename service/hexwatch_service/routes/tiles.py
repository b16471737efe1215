"""Vector tiles and their TileJSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.tiles import Tile

from ..answers import SHORT, Body, answer, etag, unchanged
from ..asked import Asked, asked
from ..catalogue import Layer
from ..described import tile_url
from ..state import Held, State, TheLayer
from ..vector_tiles import encode
from .parameters import ChoiceQuery, TileQuery

router = APIRouter(prefix="/tiles", tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"


@router.get("/{layer}/tilejson.json")
async def tilejson(layer: TheLayer, state: Held, choice: ChoiceQuery) -> dict[str, Any]:
    """TileJSON 3.0 of a layer; its tiles keep the window and categories asked for."""
    asked(layer, choice.datetime, choice.category)
    fields = {"h3": "String"} | {i.id: "Number" for i in layer.indicators}
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
            {"id": layer.id, "description": layer.title, "minzoom": layer.minzoom, "maxzoom": layer.maxzoom, "fields": fields}
        ],
    }


@router.get("/{layer}/{z}/{x}/{y}.mvt", response_class=Response, responses={204: {"description": "No hexagon here."}})
@router.get("/{layer}/{z}/{x}/{y}.pbf", response_class=Response, responses={204: {"description": "No hexagon here."}})
async def tile(layer: TheLayer, z: int, x: int, y: int, request: Request, state: Held, choice: TileQuery) -> Response:
    """One tile: each hexagon's `h3` and its indicators. 204 where nothing was reported, 404 outside the layer's zooms."""
    address = Tile(z, x, y)
    if not address.valid or not layer.minzoom <= z <= layer.maxzoom:
        raise NotFound("There is no such tile.", hint=f"Layer {layer.id!r} has zooms {layer.minzoom} to {layer.maxzoom}.")
    wanted = asked(layer, choice.datetime, choice.category, choice.cols)
    key = (layer.id, layer.release, layer.digest, wanted, address)
    tag = etag(*key)
    held = unchanged(request, tag)
    if held:
        return held
    body = await state.tiles.get(key, lambda: _make(state, layer, wanted, address))
    if not body.plain:
        return Response(status_code=204, headers={"etag": tag, "cache-control": SHORT})
    return answer(request, body, MVT, tag)


async def _make(state: State, layer: Layer, wanted: Asked, address: Tile) -> Body:
    table = await state.numbers.table(layer, wanted, layer.resolution(address.z))
    return Body.of(await encode(state.database, layer, wanted, table, address))
