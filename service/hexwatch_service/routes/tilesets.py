"""OGC API - Tiles and - Styles over the same tiles and styles."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.tiles import Tile

from ..ogc.documents import document
from ..ogc.tilesets import MAPBOX, QUAD, matrix_set, matrix_sets, styles, tileset, tilesets
from ..state import Held, TheCollection, TheLayer
from ..tile_addresses import tile as named_tile
from .answered import answered
from .ogc_parameters import Shown
from .parameters import StyleQuery, TileChoice
from .styles import style

router = APIRouter(tags=["OGC tiles"], include_in_schema=False)


class OgcTileChoice(TileChoice):
    """Clients name the format too."""

    f: str | None = Field(None, pattern="^(mvt|pbf)$", description="The only format there is.")


@router.get("/tileMatrixSets")
async def all_matrix_sets(request: Request, state: Held, _: Shown) -> Response:
    """The tile matrix sets."""
    return await document(request, state, matrix_sets(state), title="Tile matrix sets")


@router.get("/tileMatrixSets/{matrices}")
async def one_matrix_set(request: Request, matrices: str, state: Held, _: Shown) -> Response:
    """One of them."""
    _only_quad(matrices)
    return await document(request, state, matrix_set(), title=QUAD)


@router.get("/collections/{layer}/tiles")
async def all_tilesets(request: Request, layer: TheCollection, state: Held, _: Shown) -> Response:
    """The tile sets of a collection."""
    return await document(request, state, tilesets(layer, state), title=f"{layer.title}: tile sets")


@router.get("/collections/{layer}/tiles/{matrices}")
async def one_tileset(request: Request, layer: TheCollection, matrices: str, state: Held, _: Shown) -> Response:
    """One of them."""
    _only_quad(matrices)
    return await document(request, state, tileset(layer, state), title=f"{layer.title}: {QUAD}")


@router.get("/collections/{layer}/tiles/{matrices}/{matrix}/{row}/{column}")
async def one_tile(
    request: Request,
    layer: TheCollection,
    matrices: str,
    matrix: int,
    row: int,
    column: int,
    state: Held,
    choice: Annotated[OgcTileChoice, Query()],
) -> Response:
    """One tile, with the bytes that it has under /tiles."""
    _only_quad(matrices)
    return await answered(request, state, named_tile(state, layer, Tile(matrix, column, row), choice))


@router.get("/styles")
async def all_styles(request: Request, state: Held, _: Shown) -> Response:
    """Every style."""
    return await document(request, state, styles(list(state.catalogue), state), title="Styles")


class Style(JSONResponse):
    """A style with the media type that links give it."""

    media_type = MAPBOX


@router.get("/styles/{style_id}", response_class=Style)
async def one_style(style_id: str, state: Held, choice: StyleQuery, response: Response) -> dict[str, Any]:
    """A style by the id that it has in the list."""
    layer, _, indicator = style_id.partition(".")
    return await style(state.catalogue[layer], indicator, state, choice, response)


@router.get("/collections/{layer}/styles")
async def styles_of_layer(request: Request, layer: TheLayer, state: Held, _: Shown) -> Response:
    """The styles of a layer."""
    return await document(request, state, styles([layer], state), title=f"{layer.title}: styles")


def _only_quad(matrices: str) -> None:
    if matrices != QUAD:
        raise NotFound(f"There is no tile matrix set {matrices[:40]!r}.", hint=f"There is: {QUAD}.")
