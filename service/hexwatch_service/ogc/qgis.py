"""Every layer as QGIS opens it at one click: tiles with their classes, and the hexagons with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hexwatch_schemas.indicators import Indicator
from hexwatch_schemas.style import OPACITY, OUTLINE, STATE_PAINTS, Band, colours

from ..asked import asked
from ..catalogue import Layer
from ..described import qgis_url
from ..state import State
from .documents import TEMPLATES

MEDIA_TYPE = "application/x-qgis-layer-definition"


@dataclass(frozen=True)
class Drawn:
    """One class of one resolution, or a state, as QGIS filters and fills it."""

    name: str
    expression: str
    fill: str  # colours as QGIS writes them: "red,green,blue,alpha", each of 255
    outline: str
    minzoom: int
    maxzoom: int  # included; -1: none


@dataclass(frozen=True)
class Shown:
    """A layer as one indicator shows it."""

    layer: Layer
    indicator: Indicator
    source: str
    classes: list[Drawn]

    @property
    def id(self) -> str:
        """As QGIS tells layers apart."""
        return f"hexwatch_{self.layer.id}_{self.indicator.id}"


async def definition(state: State) -> str:
    """A layer definition file (.qlr) of all layers and indicators; the first indicator of each is visible."""
    shown = [await _shown(state, layer, indicator) for layer in state.catalogue for indicator in layer.indicators]
    template = TEMPLATES.get_template("qgis.qlr")
    return template.render(layers=list(state.catalogue), shown=shown, origin=state.url("").rstrip("/"))


async def _shown(state: State, layer: Layer, indicator: Indicator) -> Shown:
    bands = await state.numbers.bands(layer, indicator.id, asked(layer, None, None))
    classes = [*(_states() if layer.watched else ()), *(one for band in bands for one in _drawn(indicator, band))]
    return Shown(layer, indicator, qgis_url(layer, state), classes)


def _states() -> list[Drawn]:
    """What lies beneath the classes: without it a hexagon where nobody looked is as empty as one outside."""
    return [
        Drawn(
            str(state).replace("_", " "),
            f"\"state\" = '{state}'",
            _rgba(paint["fill-color"], paint.get("fill-opacity", 1)),
            _rgba(paint["fill-outline-color"], paint.get("fill-opacity", 1)),
            0,
            -1,
        )
        for state, paint in STATE_PAINTS.items()
    ]


def _drawn(indicator: Indicator, band: Band) -> list[Drawn]:
    """QGIS counts the last zoom in, where the style leaves it out."""
    last = -1 if band.maxzoom is None else band.maxzoom - 1
    shades = colours(indicator.ramp, len(band.classes))
    return [
        Drawn(
            f"{c.label} (r{band.resolution})",
            _expression(indicator.id, c),
            _rgba(shade, OPACITY),
            _rgba(OUTLINE, OPACITY),
            band.minzoom,
            last,
        )
        for c, shade in zip(band.classes, shades, strict=True)
    ]


def _expression(name: str, c: Any) -> str:
    return f'"{name}" >= {c.low!r} AND "{name}" {"<=" if c.last else "<"} {c.high!r}'


def _rgba(colour: str, opacity: float) -> str:
    """Of a CSS colour, `#rrggbb` or `rgba(red, green, blue, share)`."""
    if colour.startswith("#"):
        red, green, blue, share = *bytes.fromhex(colour[1:]), 1.0
    else:
        red, green, blue, share = map(float, colour.removeprefix("rgba(").rstrip(")").split(","))
    return f"{red:.0f},{green:.0f},{blue:.0f},{255 * share * opacity:.0f}"
