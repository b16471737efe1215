"""Features: the hexagons of a layer, in pages or as files."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from ..ogc.answering import answered_item, answered_page, page_of
from ..ogc.formats import registry
from ..ogc.negotiation import chosen
from ..ogc.question import ItemChoice, once, read, validated
from ..state import Held, TheLayer

router = APIRouter(prefix="/collections", tags=["features"], include_in_schema=False)


@router.get("/{layer}/items")
async def items(request: Request, layer: TheLayer, state: Held) -> Response:
    """The hexagons that the parameters ask for."""
    question, f = read(layer, once(request.query_params))
    written = chosen(registry(), f, request.headers.get("accept", ""))
    table = await state.numbers.table(layer, question.asked, question.resolution)
    page = await asyncio.to_thread(page_of, layer, table, question, written)
    return await answered_page(request, state, page, written)


@router.get("/{layer}/items/{cell}")
async def item(request: Request, layer: TheLayer, cell: str, state: Held) -> Response:
    """One hexagon, of any resolution that the layer has."""
    choice = validated(ItemChoice, once(request.query_params))
    return await answered_item(request, state, layer, cell, choice)
