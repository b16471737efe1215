"""Features: the hexagons of a layer, in pages or as files."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from ..catalogue import Layer
from ..leaving import while_there
from ..ogc.answering import answered_item, answered_page, key_of, page_of
from ..ogc.formats import registry
from ..ogc.negotiation import chosen
from ..ogc.question import ItemChoice, RecordChoice, once, read, validated
from ..ogc.stored import question as records
from ..ogc.stored.answering import answered_items, answered_record
from ..state import Held, TheCollection

router = APIRouter(prefix="/collections", tags=["features"], include_in_schema=False)


@router.get("/{layer}/items")
async def items(request: Request, layer: TheCollection, state: Held) -> Response:
    """The features that the parameters ask for."""
    said, accept = once(request.query_params), request.headers.get("accept", "")
    if not isinstance(layer, Layer):
        asked, f = records.read(layer, said)
        written = chosen(registry(), f, accept)
        return await while_there(request, answered_items(request, state, layer, asked, written))
    question, f = read(layer, said)
    written = chosen(registry(), f, accept)
    table = await state.numbers.table(layer, question.asked, question.resolution)
    page = await asyncio.to_thread(page_of, layer, table, question, written)
    return await answered_page(request, state, layer, page, written, key_of(request, state, layer, page, written))


@router.get("/{layer}/items/{name:path}")
async def item(request: Request, layer: TheCollection, name: str, state: Held) -> Response:
    """One hexagon, of any resolution that the layer has, or one record."""
    said = once(request.query_params)
    if not isinstance(layer, Layer):
        return await answered_record(request, state, layer, name, validated(RecordChoice, said))
    return await answered_item(request, state, layer, name, validated(ItemChoice, said))
