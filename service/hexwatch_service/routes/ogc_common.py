"""OGC API - Common: conformance and the description of the interface."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..ogc.conformance import CONFORMS_TO
from ..ogc.documents import OPENAPI, document
from ..ogc.openapi import description
from ..state import Held
from .ogc_parameters import Shown

router = APIRouter(tags=["common"], include_in_schema=False)


@router.get("/conformance")
async def conformance(request: Request, state: Held, _: Shown) -> Response:
    """What the service conforms to."""
    return await document(request, state, {"conformsTo": CONFORMS_TO}, title="Conformance")


@router.get("/api")
async def api(request: Request, state: Held, _: Shown) -> Response:
    """The interface, as clients of OGC API read it: OpenAPI 3.0."""
    return await document(request, state, description(state), media_type=OPENAPI, title="The API")
