"""How the service and its loads are: for people, for Prometheus, and for clients that wait for releases."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from .. import metrics
from ..answers import NEVER
from ..database import Unavailable, sql
from ..ogc.documents import document
from ..state import Held, State
from .ogc_parameters import Shown
from .parameters import NoQuery

router = APIRouter(tags=["operations"])

_TOLD = ("runs", "steps", "outcomes", "quarantine", "schedule", "freshness")
_STREAM = {"cache-control": NEVER, "x-accel-buffering": "no"}  # the second: nginx would keep events to itself


@router.get("/status", include_in_schema=False)
async def status(request: Request, state: Held, _: Shown) -> Response:
    """Runs, freshness, quarantine and schedule of public datasets: a page, or JSON, by Accept."""
    told = await _told(state)
    return await document(request, state, {"stale": state.stale, **told}, template="status.html")


@router.get("/metrics", response_class=Response)
async def prometheus(state: Held, _: NoQuery) -> Response:
    """Numbers for Prometheus. While the database is away, only those of the service itself."""
    try:
        told, up = await _told(state), True
    except Unavailable:
        told, up = {}, False
    body = await asyncio.to_thread(metrics.exposition, told, up=up)
    return Response(body, headers={"content-type": metrics.MEDIA_TYPE, "cache-control": NEVER})


@router.get("/live", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def live(state: Held, _: NoQuery) -> StreamingResponse:
    """Server-sent events: `release` for each layer as it is, then for each new release. 503: too many listen."""
    return StreamingResponse(state.live.join(lambda: state.catalogue), media_type="text/event-stream", headers=_STREAM)


async def _told(state: State) -> dict[str, list[dict[str, Any]]]:
    return {name: await state.database.fetch(sql(f"status.{name}"), {}) for name in _TOLD}
