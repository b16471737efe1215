"""Pages for people: the landing page and the map; and the sign of life."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from hexwatch_schemas import __version__
from hexwatch_schemas.errors import NotFound

from ..described import layer_json, qgis_url
from ..ogc.collections import landing_links
from ..ogc.documents import document
from ..state import Held
from .ogc_parameters import Shown
from .parameters import NoQuery

router = APIRouter(tags=["pages"])

# Everything comes from here; MapLibre draws pictures from data and blobs.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_PAGE = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "cache-control": "no-cache",
}


@router.get("/", include_in_schema=False)
async def landing(request: Request, state: Held, _: Shown) -> Response:
    """What is here, for programs (JSON) and people (HTML), by Accept."""
    layers = [(layer, layer_json(layer, state), qgis_url(layer, state)) for layer in state.catalogue]
    said = {
        "title": "Hexwatch",
        "description": "Incidents and patrols on one honest hexagon grid.",
        "version": __version__,
        "links": landing_links(state),
    }
    return await document(request, state, said, template="landing.html", layers=layers)


@router.get("/map", response_class=HTMLResponse)
async def map_page(_: NoQuery) -> HTMLResponse:
    """The map."""
    page = resources.files("hexwatch_service").joinpath("static", "map.html")
    if not page.is_file():
        raise NotFound(
            "The map page was not built.", hint="Build it with ./run demo, or use the layers in any other client."
        )
    return HTMLResponse(page.read_text("utf-8"), headers=_PAGE)


@router.get("/healthz")
async def health() -> dict[str, str]:
    """A sign of life; asks nothing of the database."""
    return {"status": "ok"}
