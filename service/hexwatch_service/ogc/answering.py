"""Answers to requests for features: the page, its links, and the headers that clients read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import h3.api.basic_int as h3
import numpy as np
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from hexwatch_schemas.errors import NotFound

from ..answers import BODILESS, SHORT, Resource, etag, validates
from ..asked import asked
from ..catalogue import Layer
from ..numbers import Table
from ..state import State
from . import crs
from . import selection as hexagons
from .collections import item_links
from .dggs import layer_cell
from .documents import GEOJSON, JSON, Document, document, link, policy_of, replied
from .formats import registry
from .formats.geojson import features
from .question import USUAL, ItemChoice, Question
from .schema import properties
from .selection import Features, selected
from .stored.collection import Stored
from .writing import Format, Page, Sheet


def page_of(layer: Layer, table: Table, question: Question, written: Format) -> hexagons.Page:
    """The page that a format shows: a file is whole unless a limit is given. Raises UsageError."""
    return selected(layer, table, question, question.limit or (None if written.ending else USUAL))


def key_of(request: Request, state: State, layer: Layer, page: hexagons.Page, written: Format) -> tuple[object, ...]:
    """All that an answer with hexagons depends on; its links lead to where the request came from."""
    asked = page.question.asked
    home = state.url("")
    return ("items", home, layer.id, layer.release, layer.digest, asked, written.id, str(request.query_params))


async def answered_page(
    request: Request, state: State, collection: Layer | Stored, page: Page, written: Format, key: tuple[object, ...]
) -> Response:
    """The page in a format; `key` is all that it depends on."""
    sheet = Sheet(collection, state, page, _links(request, state, collection, page, written), now())
    headers = _headers(sheet, written)
    if written.ending is not None:
        return _streamed(request, sheet, written, etag(key), headers)

    async def make() -> bytes:
        return await asyncio.to_thread(lambda: b"".join(written.write(sheet)))

    return await replied(request, Resource(key, make, state.representations, media_type=written.media_type), headers)


def _streamed(request: Request, sheet: Sheet, written: Format, tag: str, headers: Mapping[str, str]) -> Response:
    """A file, piece by piece: however many hexagons there are, few are held in memory."""
    said = {**headers, "etag": tag, "cache-control": SHORT, "vary": "accept"}
    if validates(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=said)
    said["content-disposition"] = f'attachment; filename="{sheet.layer.id}.{written.ending}"'
    if request.scope.get(BODILESS):  # no file is written that nobody reads
        return Response(headers={**said, "content-type": written.media_type})
    return StreamingResponse(written.write(sheet), media_type=written.media_type, headers=said)


def _headers(sheet: Sheet, written: Format) -> dict[str, str]:
    """Counts and links stand in headers too: most formats have no place for them."""
    pages = [one for one in sheet.links if one["rel"] in ("next", "prev", "self")]
    return {
        "content-crs": f"<{sheet.page.crs.uri}>",
        "ogc-numbermatched": str(sheet.page.matched),
        "ogc-numberreturned": str(sheet.page.size),
        "link": ", ".join(f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"' for one in pages),
        **policy_of(written.media_type),
    }


def _links(request: Request, state: State, layer: Layer | Stored, page: Page, written: Format) -> list[Document]:
    said = dict(request.query_params)
    home = state.url(f"collections/{layer.id}")

    def at(**more: str | int) -> str:
        query = urlencode({**said, **more}, safe="/,.:")
        return f"{home}/items?{query}" if query else f"{home}/items"

    found = [link("self", at(), written.media_type, "This page")]
    limit = page.limit or USUAL
    if page.next_offset is not None:
        found.append(link("next", at(offset=page.next_offset, limit=limit), written.media_type, "Next page"))
    if page.offset:
        before = max(0, page.offset - limit)
        found.append(link("prev", at(offset=before, limit=limit), written.media_type, "Previous page"))
    others = [f for f in registry().values() if f is not written]
    found += [link("alternate", at(f=f.id), f.media_type, f.title) for f in others]
    return [*found, link("collection", home, JSON, layer.title)]


def now() -> str:
    """This moment (RFC 3339)."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


async def answered_item(request: Request, state: State, layer: Layer, cell: str, choice: ItemChoice) -> Response:
    """One hexagon. Raises NotFound where the window has nothing on it."""
    index, system = layer_cell(layer, cell), crs.named(choice.crs, "crs")
    wanted = asked(layer, choice.datetime, choice.category)
    table = await state.numbers.table(layer, wanted, h3.get_resolution(index))
    rows = np.flatnonzero(table.cells == index)
    if not rows.size:
        raise NotFound(f"Layer {layer.id!r} has nothing on cell {cell[:15]!r} in {wanted.window}.")
    question = Question(
        wanted, table.resolution, bbox=None, filter=None, equal=(), sortby=(), properties=tuple(properties(layer)),
        crs=system, limit=1, offset=0,
    )  # fmt: skip
    page = hexagons.Page(Features(layer, table), question, rows, 1)
    about = Sheet(layer, state, page, [], now()).about
    (feature,) = features(page)
    said = {**feature, "links": item_links(layer, state, cell), **about}
    return await document(
        request, state, said, media_type=GEOJSON,
        headers={"content-crs": f"<{system.uri}>"}, title=f"{layer.title}: {cell}",
    )  # fmt: skip
