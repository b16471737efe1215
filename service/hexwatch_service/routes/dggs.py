"""OGC API - DGGS: the cells of a layer as zones."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Literal

import h3.api.basic_int as h3
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import NotFound, UsageError

from ..asked import asked
from ..catalogue import Layer
from ..ogc.dggs import BINARY, grid, grids, layer_cell, only_h3, zone, zone_data, zone_info, zones_as_numbers
from ..ogc.documents import JSON, Document, Kind, document, fixed, link
from ..ogc.negotiation import chosen
from ..ogc.question import Question, once, read, validated
from ..ogc.selection import Page, selected
from ..state import Held, State, TheLayer
from .ogc_parameters import Shown
from .parameters import Choice, Nothing

router = APIRouter(tags=["DGGS"], include_in_schema=False)

USUAL_ZONES = 1000
_AS_ITEMS = frozenset(
    ("limit", "offset", "bbox", "bbox-crs", "datetime", "category", "filter", "filter-lang", "filter-crs")
)
_OFFERS = {"json": Kind(JSON), "uint64": Kind(BINARY)}


class ZonesChoice(Nothing):
    """What zones have beside the parameters of items."""

    zone_level: int | None = Field(None, alias="zone-level", ge=0, le=15)
    parent_zone: str | None = Field(None, alias="parent-zone", max_length=20)
    # A parent is not the union of its children: compacted, zones would say more than is known.
    compact_zones: Literal["false"] = Field("false", alias="compact-zones")
    f: str | None = Field(None, max_length=40)


class DataChoice(Choice):
    """Which numbers of a zone."""

    zone_depth: Literal["0"] = Field("0", alias="zone-depth")
    properties: str | None = Field(None, max_length=500)
    f: Literal["json"] = "json"


@router.get("/dggs")
async def all_grids(request: Request, state: Held, _: Shown) -> Response:
    """The grids."""
    return await document(request, state, grids(state, None), title="Discrete global grids")


@router.get("/dggs/{grid_id}")
async def one_grid(request: Request, grid_id: str, state: Held, _: Shown) -> Response:
    """One of them."""
    only_h3(grid_id)
    return await document(request, state, grid(state, None), title=grid_id)


@router.get("/dggs/{grid_id}/zones/{zone_id}")
async def one_zone(request: Request, grid_id: str, zone_id: str, state: Held, _: Shown) -> Response:
    """Where a zone is."""
    only_h3(grid_id)
    return await document(request, state, zone_info(state, None, zone(zone_id)), title=zone_id)


@router.get("/collections/{layer}/dggs")
async def grids_of_layer(request: Request, layer: TheLayer, state: Held, _: Shown) -> Response:
    """The grids of a layer."""
    return await document(request, state, grids(state, layer), title=f"{layer.title}: grids")


@router.get("/collections/{layer}/dggs/{grid_id}")
async def grid_of_layer(request: Request, layer: TheLayer, grid_id: str, state: Held, _: Shown) -> Response:
    """One of them."""
    only_h3(grid_id)
    return await document(request, state, grid(state, layer), title=f"{layer.title}: {grid_id}")


@router.get("/collections/{layer}/dggs/{grid_id}/zones")
async def zones(request: Request, layer: TheLayer, grid_id: str, state: Held) -> Response:
    """The zones on which a layer has something."""
    only_h3(grid_id)
    said = once(request.query_params)
    own = validated(ZonesChoice, {k: v for k, v in said.items() if k not in _AS_ITEMS})
    question = _question(layer, own, {k: v for k, v in said.items() if k in _AS_ITEMS})
    table = await state.numbers.table(layer, question.asked, question.resolution)
    page = await asyncio.to_thread(selected, layer, table, question, question.limit or USUAL_ZONES)
    kind = chosen(_OFFERS, own.f, request.headers.get("accept", ""))
    if kind.media_type == BINARY:
        return await fixed(request, state, zones_as_numbers(table.cells[page.rows]), BINARY)
    return await document(request, state, _zones(state, page, request), title=f"{layer.title}: zones")


def _question(layer: Layer, own: ZonesChoice, said: dict[str, str]) -> Question:
    level = {} if own.zone_level is None else {"resolution": str(_level(layer, own.zone_level))}
    question, _ = read(layer, said | level)
    if own.parent_zone is None:
        return question
    parent = zone(own.parent_zone)
    if h3.get_resolution(parent) > question.resolution:
        raise UsageError("parent-zone: it is finer than the zones asked for.", hint="Give a finer zone-level.")
    return replace(question, parent=parent)


def _level(layer: Layer, level: int) -> int:
    """The level. Raises NotFound where the layer has no zones of it."""
    if not 1 <= level <= layer.base:
        raise NotFound(f"Layer {layer.id!r} has zones of level 1 to {layer.base}.")
    return level


def _zones(state: State, page: Page, request: Request) -> Document:
    table = page.features.table
    home = state.url(request.url.path)
    links = [link("self", f"{home}?{request.url.query}", JSON, "These zones")]
    if page.next_offset is not None:
        following = request.url.include_query_params(offset=page.next_offset)
        links.append(link("next", f"{home}?{following.query}", JSON, "Next zones"))
    return {
        "zones": hexgrid.texts(table.cells[page.rows].tolist()),
        "numberMatched": page.matched,
        "numberReturned": int(page.rows.size),
        "links": links,
    }


@router.get("/collections/{layer}/dggs/{grid_id}/zones/{zone_id}")
async def zone_of_layer(
    request: Request, layer: TheLayer, grid_id: str, zone_id: str, state: Held, _: Shown
) -> Response:
    """Where a zone is, and where its numbers are."""
    only_h3(grid_id)
    return await document(request, state, zone_info(state, layer, layer_cell(layer, zone_id)), title=zone_id)


@router.get("/collections/{layer}/dggs/{grid_id}/zones/{zone_id}/data")
async def data(
    request: Request,
    layer: TheLayer,
    grid_id: str,
    zone_id: str,
    state: Held,
    choice: Annotated[DataChoice, Query()],
) -> Response:
    """The numbers of a zone."""
    only_h3(grid_id)
    cell = layer_cell(layer, zone_id)
    wanted = asked(layer, choice.datetime, choice.category, choice.properties)
    table = await state.numbers.table(layer, wanted, h3.get_resolution(cell))
    return await document(
        request, state, zone_data(layer, table, cell, [name for name in wanted.columns if name in table.values])
    )
