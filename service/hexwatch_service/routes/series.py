"""Numbers over time."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from ..posted import body, outline
from ..series import about, chosen, over_time, series
from ..state import Held, TheLayer
from .answered import answered
from .parameters import SeriesQuery, StepQuery

router = APIRouter(prefix="/layers", tags=["layers"])

_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/geo+json": {"schema": {"type": "object"}}}}
}


@router.get("/{layer}/series", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def series_of(layer: TheLayer, request: Request, state: Held, choice: SeriesQuery) -> Response:
    """Sums by day, week, month or year, of the layer or of one cell, on those days of the window that have data.

    By measure and period: `precise`, `spread`, and of a whole layer `unplaced`, what is on no hexagon.
    """
    return await answered(request, state, over_time(state, layer, choice))


@router.post("/{layer}/series", openapi_extra=_BODY)
async def series_within(layer: TheLayer, request: Request, state: Held, choice: StepQuery) -> dict[str, Any]:
    """The same of an area: of the base cells whose centres lie in the posted GeoJSON polygon."""
    wanted, step = chosen(layer, choice)
    area = outline(await body(request.receive))
    found = await state.studio.workshop.run(lambda: series(layer, wanted, step, area))
    return about(layer, wanted) | {"resolution": layer.base} | found
