"""WMS 1.3.0 (OGC 06-042) and 1.1.1 (OGC 01-068r3) of everything that can be a picture."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import orjson
from fastapi import APIRouter, Request, Response

from hexwatch_schemas.errors import NotFound, UsageError

from ..answers import SHORT
from ..ogc.documents import TEMPLATES, fixed
from ..pictures.frame import LARGEST, Frame
from ..pictures.image import MEDIA, Pixels, encode
from ..pictures.keys import SYSTEMS, Keys
from ..pictures.layers import Picture, picture, pictures, resource
from ..pictures.legends import as_png, over
from ..state import Held, State
from .answered import answered

router = APIRouter(prefix="/wms", tags=["WMS"])

MOST_LAYERS = 8
_OPERATIONS = (
    ("GetCapabilities", ("text/xml",)),
    ("GetMap", ("image/png", "image/jpeg", "image/webp")),
    ("GetFeatureInfo", ("application/json", "text/plain", "text/html")),
)
_ENDINGS = {media: ending for ending, media in MEDIA.items()}


@router.get("", response_class=Response)
async def wms(request: Request, state: Held) -> Response:
    """GetCapabilities, GetMap, GetFeatureInfo and GetLegendGraphic."""
    keys = Keys(request)
    answers = {"getmap": _map, "getfeatureinfo": _info, "getlegendgraphic": _legend, "getcapabilities": _capabilities}
    wanted = answers.get(keys.get("request", "GetCapabilities").lower())
    try:
        if wanted is None:
            raise UsageError("REQUEST is GetCapabilities, GetMap, GetFeatureInfo or GetLegendGraphic.")
        return await wanted(request, state, keys)
    except (UsageError, NotFound) as error:
        return _refusal(error)


def _is_new(keys: Keys) -> bool:
    return not keys.get("version", "1.3.0").startswith("1.1")


async def _capabilities(request: Request, state: State, keys: Keys) -> Response:
    new = _is_new(keys)
    text = TEMPLATES.get_template("wms.xml").render(
        url=state.url, version="1.3.0" if new else "1.1.1", pictures=list(pictures(state).values()),
        systems=SYSTEMS if new else SYSTEMS[:2], operations=_OPERATIONS, largest=LARGEST,
    )  # fmt: skip
    return await fixed(request, state, text.encode(), "text/xml" if new else "application/vnd.ogc.wms_xml")


def _shown(state: State, keys: Keys, name: str) -> list[Picture]:
    wanted = keys.need(name).split(",")
    if len(wanted) > MOST_LAYERS:
        raise UsageError(f"At most {MOST_LAYERS} layers are drawn at once.")
    return [picture(state, one) for one in wanted]


def _frame(keys: Keys) -> Frame:
    new = _is_new(keys)
    return keys.frame("crs" if new else "srs", north_first=new)


async def _map(request: Request, state: State, keys: Keys) -> Response:
    frame, shown = _frame(keys), _shown(state, keys, "layers")
    ending = _ENDINGS.get(keys.get("format", "image/png").partition(";")[0].strip())
    if ending is None:
        raise UsageError("FORMAT is image/png, image/jpeg or image/webp.")
    clear = keys.get("transparent", "FALSE").upper() == "TRUE"
    if len(shown) == 1 and clear and ending == "png":
        return await answered(request, state, resource(state, shown[0], frame, keys.time, ending))
    layers = [await one.drawn(frame, keys.time) for one in shown]
    body = await state.studio.workshop.run(lambda: encode(_stacked(layers, clear=clear), ending))
    return Response(body, media_type=MEDIA[ending], headers={"cache-control": SHORT})


def _stacked(layers: list[Pixels], *, clear: bool) -> Pixels:
    """Layers on each other, the first lowest, on white or on nothing."""
    picture = np.full_like(layers[0], 0 if clear else 255)
    for layer in layers:
        mixed = over(picture, layer)
        mixed[..., 3] = np.maximum(picture[..., 3], layer[..., 3])
        only = picture[..., 3] == 0
        mixed[only] = layer[only]
        picture = mixed
    return picture


async def _info(request: Request, state: State, keys: Keys) -> Response:
    del request
    frame, new = _frame(keys), _is_new(keys)
    column, row = keys.whole("i" if new else "x"), keys.whole("j" if new else "y")
    if not (column < frame.width and row < frame.height):
        raise UsageError("The point lies outside the map.")
    longitude, latitude = (float(v[row, column]) for v in frame.centres())
    if not np.isfinite([longitude, latitude]).all():
        raise UsageError("The point lies on no place.")
    shown = _shown(state, keys, "query_layers")
    longitude = (longitude + 180) % 360 - 180  # the map may have turned round the Earth
    found = {p.id: await p.about(longitude, latitude, keys.time, frame.zoom) for p in shown}
    return _told(found, keys.get("info_format", "application/json"))


def _told(found: Mapping[str, object], media: str) -> Response:
    if "json" in media:
        return Response(orjson.dumps(found), media_type="application/json")
    text = orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()
    if "html" in media:
        return Response(f"<!doctype html><pre>{escape(text)}</pre>", media_type="text/html")
    return Response(text, media_type="text/plain")


async def _legend(request: Request, state: State, keys: Keys) -> Response:
    del request
    found = await picture(state, keys.need("layer")).legend(keys.time, None)
    return Response(as_png(found), media_type="image/png", headers={"cache-control": SHORT})


def _refusal(error: UsageError | NotFound) -> Response:
    """As a WMS client reads it (OGC 06-042, annex E.2)."""
    code = ' code="LayerNotDefined"' if isinstance(error, NotFound) else ""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><ServiceExceptionReport version="1.3.0" '
        f'xmlns="http://www.opengis.net/ogc"><ServiceException{code}>{escape(str(error))}</ServiceException>'
        "</ServiceExceptionReport>"
    )
    status = 404 if isinstance(error, NotFound) else 400
    return Response(body, status, media_type="text/xml", headers={"cache-control": "no-store"})
