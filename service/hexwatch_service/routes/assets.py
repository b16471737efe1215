"""Scripts, styles and base map of the pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hexwatch_schemas.errors import NotFound

from ..state import Held
from .answered import answered

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/static/{name:path}", response_class=Response)
@router.get("/page.css", response_class=Response)
async def asset(request: Request, state: Held) -> Response:
    """A file that came with the program."""
    found = state.assets.get(request.scope["path"].lstrip("/"))
    if found is None:
        raise NotFound("There is no such file.")
    return await answered(request, state, found)
