"""Answers to requests for single records: two short statements a page, one an item."""

from __future__ import annotations

from dataclasses import replace

import psycopg
from fastapi import Request, Response
from psycopg.rows import DictRow

from hexwatch_schemas.errors import NotFound, UsageError

from ...answers import SHORT, etag, validates
from ...state import State
from .. import crs
from ..answering import answered_page, now
from ..collections import item_links
from ..documents import GEOJSON, document
from ..formats.geojson import features
from ..question import USUAL, RecordChoice
from ..writing import Format, Sheet
from . import statements
from .collection import Stored
from .page import StoredPage
from .question import Asked, only
from .statements import Statement

FILE_MOST = 100_000  # records of one file: all are read before it is written


async def answered_items(request: Request, state: State, stored: Stored, asked: Asked, written: Format) -> Response:
    """The page that is asked for, in a format; no statement at all where the client has it."""
    key = ("items", state.url(""), stored.id, stored.digest, asked, written.id, str(request.query_params))
    if validates(request.headers.get("if-none-match", ""), tag := etag(key)):
        return Response(status_code=304, headers={"etag": tag, "cache-control": SHORT, "vary": "accept"})
    matched = await _counted(state, stored, asked)
    most = asked.limit or (USUAL if written.ending is None else FILE_MOST)
    if written.ending is not None and asked.limit is None and matched > FILE_MOST:
        raise UsageError(
            f"A file holds at most {FILE_MOST:,} records, these are {matched:,}.",
            hint="Choose by bbox, datetime or filter, or take pages with limit and offset.",
        )
    rows = await fetched(state, statements.page(stored, asked, most))
    return await answered_page(request, state, stored, StoredPage(stored, asked, rows, matched), written, key)


async def answered_record(request: Request, state: State, stored: Stored, name: str, choice: RecordChoice) -> Response:
    """One record. Raises NotFound, where there is none or it touches none of the days, and UsageError."""
    asked = only(stored, name, choice)
    rows = [] if asked is None else await fetched(state, statements.page(stored, asked, 1))
    if asked is None or not rows:
        raise NotFound(f"Collection {stored.id!r} has no record {name[:40]!r}.")
    page = StoredPage(stored, asked, rows, 1)
    (feature,) = features(page)
    said = {**feature, "links": item_links(stored, state, name), **Sheet(stored, state, page, [], now()).about}
    return await document(
        request, state, said, media_type=GEOJSON,
        headers={"content-crs": f"<{asked.crs.uri}>"}, title=f"{stored.title}: {name}",
    )  # fmt: skip


async def _counted(state: State, stored: Stored, asked: Asked) -> int:
    """Counted once for all pages of a question: what a run left does not change."""
    same = replace(asked, limit=None, offset=0, sortby=(), properties=(), crs=crs.CRS84)
    key = (stored.id, stored.digest, same)
    found = state.counts.peek(key)
    if found is None:  # by each who asks at once: work that is shared would not end with the one who asked for it
        found = (await fetched(state, statements.count(stored, same)))[0]["matched"]
        state.counts.keep(key, found)
    return found


async def fetched(state: State, statement: Statement) -> list[DictRow]:
    """The rows of a statement. Raises UsageError where its values cannot be computed with."""
    try:
        return await state.records.fetch(statement.text, statement.values)
    except (psycopg.DataError, psycopg.InternalError) as error:
        said = (error.diag.message_primary or str(error))[:80]
        raise UsageError(f"filter: it cannot be computed: {said}.") from None
