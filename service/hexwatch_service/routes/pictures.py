"""Hexagons as pictures, for clients that take only those: tiles with a TileJSON, and a map for briefings."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.hexgrid import mercator

from ..answers import SHORT
from ..pictures.frame import Frame
from ..pictures.image import MEDIA, encode
from ..pictures.layers import of_layer, resource
from ..pictures.legends import briefing
from ..pictures.matrices import quad_frame
from ..state import Held, TheLayer
from .answered import answered
from .parameters import Nothing

router = APIRouter(tags=["pictures"])

ROOM = 1.08  # times what the hexagons of a whole layer need: they end before the picture does


class Time(Nothing):
    """Which days."""

    datetime: str | None = Field(None, max_length=80, description="A day, month, year, or first/last with ...")


TimeQuery = Annotated[Time, Query()]
QuadFrame = Annotated[Frame, Depends(quad_frame)]


@router.get("/pictures/{layer}/{indicator}/tilejson.json")
async def tilejson(layer: TheLayer, indicator: str, state: Held, choice: TimeQuery) -> dict[str, Any]:
    """TileJSON 3.0 of an indicator's pictures."""
    shown = of_layer(state, layer, indicator)
    query = f"?datetime={choice.datetime}" if choice.datetime else ""
    return {
        "tilejson": "3.0.0", "name": shown.title, "version": f"{layer.release}.0.0", "scheme": "xyz",
        "attribution": layer.attribution, "minzoom": layer.minzoom, "maxzoom": layer.maxzoom,
        "tiles": [state.url(f"pictures/{layer.id}/{indicator}/{{z}}/{{x}}/{{y}}.png{query}")],
        "bounds": list(shown.around),
    }  # fmt: skip


@router.get("/pictures/{layer}/{indicator}/{z}/{x}/{y}.{ending}", response_class=Response)
async def tile(
    layer: TheLayer,
    indicator: str,
    frame: QuadFrame,
    ending: str,
    request: Request,
    state: Held,
    choice: TimeQuery,
) -> Response:
    """A web mercator tile as png, webp or jpg, in the colours of the style; transparent where there is no hexagon."""
    shown = of_layer(state, layer, indicator)
    return await answered(request, state, resource(state, shown, frame, choice.datetime, ending))


@router.get("/styles/{layer}/{indicator}/static/{bbox}/{size}.{ending}", response_class=Response)
async def static(
    layer: TheLayer, indicator: str, bbox: str, size: str, ending: str, state: Held, choice: TimeQuery
) -> Response:
    """A map for a briefing: `west,south,east,north` in degrees or `auto`, `widthxheight`; with its legend."""
    shown = of_layer(state, layer, indicator)
    around, room = (shown.bounds, ROOM) if bbox == "auto" else (_numbers(bbox, ",", 4), 1.0)
    frame = _frame(around, _numbers(size, "x", 2), room)
    pixels = await shown.drawn(frame, choice.datetime)
    legend = await shown.legend(choice.datetime, frame.zoom)
    first, _, last = (choice.datetime or shown.time or "").partition("/")
    window = first if last in ("", first) else f"{first} to {last}"
    made_up = " SYNTHETIC DATA." if layer.synthetic else ""
    lines = [f"{shown.title}, {window}, release {layer.release}.{made_up}", layer.attribution or "Hexwatch"]
    body = await state.studio.workshop.run(lambda: encode(briefing(pixels, legend, lines), ending))
    return Response(body, media_type=MEDIA[ending], headers={"cache-control": SHORT})


def _numbers(text: str, separator: str, count: int) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(separator))
    except ValueError:
        found = ()
    if len(found) != count:
        raise UsageError(f"{text[:40]!r} is not {count} numbers.", hint=f"Separate them by {separator!r}.")
    return found


def _frame(bounds: tuple[float, ...], size: tuple[float, ...], room: float) -> Frame:
    """The bounds in web mercator, widened to the shape of the picture, and by as much as `room` says."""
    west, south, east, north = bounds
    if west > east:  # across 180°
        east += 360
    (left, bottom), (right, top) = mercator(np.array([[west, south], [east, north]])).tolist()
    width, height = (int(n) for n in size)
    scale = room * max((right - left) / max(width, 1), (top - bottom) / max(height, 1))
    x, y, half = (left + right) / 2, (bottom + top) / 2, (scale * width / 2, scale * height / 2)
    return Frame((x - half[0], y - half[1], x + half[0], y + half[1]), "EPSG:3857", width, height).checked()
