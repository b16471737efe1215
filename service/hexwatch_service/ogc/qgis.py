"""Every layer as QGIS opens it at one click: tiles with their classes, and the hexagons with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hexwatch_schemas.indicators import Indicator
from hexwatch_schemas.style import OPACITY, Band, colours

from ..asked import asked
from ..catalogue import Layer
from ..described import qgis_url
from ..state import State
from .documents import TEMPLATES

MEDIA_TYPE = "application/x-qgis-layer-definition"


@dataclass(frozen=True)
class Drawn:
    """One class of one resolution, as QGIS filters and fills it."""

    name: str
    expression: str
    colour: str
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
    return template.render(layers=list(state.catalogue), shown=shown, origin=state.url("").rstrip("/"), opacity=OPACITY)


async def _shown(state: State, layer: Layer, indicator: Indicator) -> Shown:
    bands = await state.numbers.bands(layer, indicator.id, asked(layer, None, None))
    classes = [drawn for band in bands for drawn in _drawn(indicator, band)]
    return Shown(layer, indicator, qgis_url(layer, state), classes)


def _drawn(indicator: Indicator, band: Band) -> list[Drawn]:
    """QGIS counts the last zoom in, where the style leaves it out."""
    last = -1 if band.maxzoom is None else band.maxzoom - 1
    shades = colours(indicator.ramp, len(band.classes))
    return [
        Drawn(f"{c.label} (r{band.resolution})", _expression(indicator.id, c), _rgba(shade), band.minzoom, last)
        for c, shade in zip(band.classes, shades, strict=True)
    ]


def _expression(name: str, c: Any) -> str:
    return f'"{name}" >= {c.low!r} AND "{name}" {"<=" if c.last else "<"} {c.high!r}'


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
