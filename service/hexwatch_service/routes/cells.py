"""Index-only tiles for clients that draw H3 cells themselves."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from ..cell_columns import of_parent
from ..described import ARROW
from ..state import Held, TheLayer
from .answered import answered
from .parameters import CellQuery

router = APIRouter(prefix="/cells", tags=["cells"])

_CELLS: dict[str, Any] = {"response_class": Response, "responses": {200: {"content": {ARROW: {}}}}}


@router.get("/{layer}/{parent}.arrow", **_CELLS)
async def cells(layer: TheLayer, parent: str, request: Request, state: Held, choice: CellQuery) -> Response:
    """The cells below an H3 cell and their indicators as an Arrow IPC stream; no outlines travel."""
    return await answered(request, state, of_parent(state, layer, parent, choice))


@router.get("/{layer}/r{release}/{parent}.arrow", **_CELLS)
async def cells_of_release(
    layer: TheLayer, release: int, parent: str, request: Request, state: Held, choice: CellQuery
) -> Response:
    """The same of a named release, which may be kept for good."""
    return await answered(request, state, of_parent(state, layer, parent, choice, release))
