"""WMTS 1.0.0 (OGC 07-057r7) of everything that can be a picture: one document, REST and KVP, a time."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.hexgrid import HALF_WORLD

from ..ogc.documents import TEMPLATES, fixed
from ..pictures.frame import Frame
from ..pictures.keys import Keys
from ..pictures.layers import picture, pictures, resource
from ..pictures.matrices import QUAD, WORLD, tile_frame
from ..state import Held, State
from .answered import answered

router = APIRouter(prefix="/wmts", tags=["WMTS"])

_XML = "application/xml"
_PIXEL = 0.00028  # metres, by which scale denominators are told (OGC 17-083r4, 6.1)
_DEGREE = 111319.49079327358  # metres on the equator of WGS84


@router.get("/1.0.0/WMTSCapabilities.xml", response_class=Response)
async def capabilities(request: Request, state: Held) -> Response:
    """What there is."""
    return await _capabilities(request, state)


@router.get("", response_class=Response)
async def key_values(request: Request, state: Held) -> Response:
    """GetCapabilities, GetTile and GetFeatureInfo by key and value."""
    keys = Keys(request)
    wanted = keys.get("request", "GetCapabilities").lower()
    if wanted == "getcapabilities":
        return await _capabilities(request, state)
    if wanted not in ("gettile", "getfeatureinfo"):
        raise UsageError("REQUEST is GetCapabilities, GetTile or GetFeatureInfo.")
    matrix = keys.need("tilematrix").rpartition(":")[2]
    address = keys.need("tilematrixset"), matrix, keys.need("tilerow"), keys.need("tilecol")
    if wanted == "gettile":
        return await _tile(request, state, keys.need("layer"), _frame(*address), keys.time)
    return await _info(state, keys, _frame(*address))


def _address(matrices: str, matrix: str, row: str, column: str) -> Frame:
    return _frame(matrices, matrix, row, column)


Addressed = Annotated[Frame, Depends(_address)]


@router.get("/1.0.0/{layer}/{style}/{matrices}/{matrix}/{row}/{column}.png", response_class=Response)
async def tile(layer: str, style: str, frame: Addressed, request: Request, state: Held) -> Response:
    """A tile by its place in the address."""
    del style  # there is one
    return await _tile(request, state, layer, frame, Keys(request).time)


@router.get("/1.0.0/{layer}/{style}/{time}/{matrices}/{matrix}/{row}/{column}.png", response_class=Response)
async def tile_of_time(layer: str, style: str, time: str, frame: Addressed, request: Request, state: Held) -> Response:
    """The same of a time; a template whose {Time} was not filled in means the default."""
    del style
    said = None if time.lower() in ("default", "current", "{time}") else time.replace("--", "/")
    return await _tile(request, state, layer, frame, said)


async def _tile(request: Request, state: State, layer: str, frame: Frame, time: str | None) -> Response:
    shown = picture(state, layer)
    return await answered(request, state, resource(state, shown, frame, time))


def _frame(matrices: str, matrix: str, row: str, column: str) -> Frame:
    if not all(n.isascii() and n.isdigit() and len(n) < 10 for n in (matrix, row, column)):
        raise UsageError("TileMatrix, TileRow and TileCol are whole numbers.")
    return tile_frame(matrices, int(matrix), int(column), int(row))


async def _info(state: State, keys: Keys, frame: Frame) -> Response:
    longitude, latitude = frame.centres()
    i, j = keys.whole("i"), keys.whole("j")
    if not (i < frame.width and j < frame.height):
        raise UsageError("I and J lie outside the tile.")
    shown = picture(state, keys.need("layer"))
    found = await shown.about(float(longitude[j, i]), float(latitude[j, i]), keys.time, frame.zoom)
    return Response(orjson.dumps(found), media_type="application/json")


async def _capabilities(request: Request, state: State) -> Response:
    shown = list(pictures(state).values())
    text = TEMPLATES.get_template("wmts.xml").render(url=state.url, pictures=shown, sets=_sets())
    return await fixed(request, state, text.encode(), _XML)


def _sets() -> list[dict[str, Any]]:
    mercator = 2 * HALF_WORLD / 256 / _PIXEL
    degrees = 180 * _DEGREE / 256 / _PIXEL
    return [
        {
            "id": QUAD, "crs": "urn:ogc:def:crs:EPSG::3857", "scales": "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible",
            "corner": f"{-HALF_WORLD!r} {HALF_WORLD!r}",
            "matrices": [{"z": z, "scale": mercator / (1 << z), "width": 1 << z, "height": 1 << z} for z in range(25)],
        },
        {
            "id": WORLD, "crs": "urn:ogc:def:crs:OGC:1.3:CRS84", "scales": "urn:ogc:def:wkss:OGC:1.0:GoogleCRS84Quad",
            "corner": "-180.0 90.0",
            "matrices": [{"z": z, "scale": degrees / (1 << z), "width": 2 << z, "height": 1 << z} for z in range(25)],
        },
    ]  # fmt: skip
