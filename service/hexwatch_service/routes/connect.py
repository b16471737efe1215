"""Files that connect a client to every layer."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..ogc.documents import fixed
from ..ogc.qgis import MEDIA_TYPE, definition
from ..state import Held
from .parameters import NoQuery

router = APIRouter(prefix="/connect", tags=["clients"])


@router.get("/qgis", response_class=Response)
async def qgis(request: Request, state: Held, _: NoQuery) -> Response:
    """A layer definition file: dragged into QGIS it brings all layers with their styles and zooms."""
    name = {"content-disposition": 'attachment; filename="hexwatch.qlr"'}
    return await fixed(request, state, (await definition(state)).encode(), MEDIA_TYPE, name)
