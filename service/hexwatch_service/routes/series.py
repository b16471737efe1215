"""Numbers over time."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..series import over_time
from ..state import Held, TheLayer
from .answered import answered
from .parameters import SeriesQuery

router = APIRouter(prefix="/layers", tags=["layers"])


@router.get("/{layer}/series", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def series(layer: TheLayer, request: Request, state: Held, choice: SeriesQuery) -> Response:
    """Sums by day, week, month or year, of the layer or of one cell, on those days of the window that have data.

    By measure and period: `precise`, `spread`, and of a whole layer `unplaced`, what is on no hexagon.
    """
    return await answered(request, state, over_time(state, layer, choice))
