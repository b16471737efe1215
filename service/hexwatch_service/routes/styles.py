"""Styles and legends, from one classification."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from hexwatch_schemas import legend as legends
from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.indicators import Indicator
from hexwatch_schemas.style import style as make_style
from hexwatch_schemas.windows import Window

from ..answers import SHORT
from ..asked import Asked, asked
from ..catalogue import Layer
from ..described import tile_url
from ..state import Held, State, TheLayer
from .parameters import LegendChoice, LegendQuery, StyleChoice, StyleQuery

router = APIRouter(tags=["styles"])


@router.get("/styles/{layer}/{indicator}.json")
async def style(layer: TheLayer, indicator: str, state: Held, choice: StyleQuery, response: Response) -> dict[str, Any]:
    """A complete MapLibre style: one filtered layer per class, its zooms those of its resolution."""
    shown = layer.indicator(indicator)
    wanted, lent = _scale(layer, choice)
    bands = await state.numbers.bands(layer, shown.id, wanted, lent=lent)
    source = {
        "type": "vector",
        "tiles": [tile_url(layer, state, choice.query)],
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "attribution": layer.attribution,
    }
    response.headers["cache-control"] = SHORT
    title, ramp = _drawn_as(shown, choice)
    return make_style(f"{layer.title}: {title}", layer.id, shown.id, ramp, source, bands, watched=layer.watched)


def _scale(layer: Layer, choice: StyleChoice) -> tuple[Asked, bool]:
    """Of which numbers the classes are made, and whether those are others than the ones drawn."""
    lent = choice.scale not in (None, choice.datetime)
    if lent and choice.against is not None:
        raise UsageError("scale: a change has classes of its own.", hint="Leave out scale, or against.")
    return asked(layer, choice.scale if lent else choice.datetime, choice.category, None, choice.against), lent


def _drawn_as(shown: Indicator, choice: StyleChoice) -> tuple[str, str]:
    """Title and ramp."""
    if choice.against is None:
        return shown.title, shown.ramp
    return f"{shown.title}: change", "change" if choice.ground == "light" else "change-on-dark"


def _days(window: Window) -> str:
    return f"{window.first} to {window.last}"


async def _legend(layer: Layer, indicator: str, state: State, choice: LegendChoice) -> dict[str, Any]:
    shown = layer.indicator(indicator)
    zoom = min(max(int(choice.zoom or 0), layer.minzoom), layer.maxzoom)
    resolution = layer.base if choice.zoom is None else layer.resolution(zoom)
    wanted, lent = _scale(layer, choice)
    classes = await state.numbers.classes(layer, shown.id, wanted, resolution, lent=lent)
    title, ramp = _drawn_as(shown, choice)
    since = None if wanted.against is None else f"{_days(wanted.window)} less {_days(wanted.against)}"
    return legends.legend(
        title, shown.unit, ramp, resolution, classes, kind=layer.kind, watched=layer.watched, since=since
    )


@router.get("/legend/{layer}/{indicator}.json")
async def legend(
    layer: TheLayer, indicator: str, state: Held, choice: LegendQuery, response: Response
) -> dict[str, Any]:
    """The classes drawn at a zoom, with their colours."""
    response.headers["cache-control"] = SHORT
    return await _legend(layer, indicator, state, choice)


@router.get("/legend/{layer}/{indicator}.svg", response_class=Response)
async def legend_picture(layer: TheLayer, indicator: str, state: Held, choice: LegendQuery) -> Response:
    """The same as a picture."""
    data = await _legend(layer, indicator, state, choice)
    return Response(legends.as_svg(data), media_type="image/svg+xml", headers={"cache-control": SHORT})
