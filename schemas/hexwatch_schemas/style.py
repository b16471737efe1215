"""MapLibre styles: one filtered layer per class, the form that QGIS and MapLibre both draw.

QGIS 3.22 draws nothing for `step`, `case` or `interpolate` on a property, so a class is a layer with a filter.
MapLibre style specification, version 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .classification import Class
from .words import State

# Sequential ramps, light to dark, told apart with any colour vision (ColorBrewer: YlOrRd, YlGnBu, PuBu;
# Harrower & Brewer 2003, Cartographic Journal 40:1).
RAMPS: dict[str, tuple[str, ...]] = {
    "harm": ("#ffffb2", "#fed976", "#feb24c", "#fd8d3c", "#f03b20", "#bd0026"),
    "share": ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494"),
    # Diverging (ColorBrewer: PuOr): as much less is as dark as so much more, and neither colour means good or bad.
    "change": (
        "#542788",
        "#8073ac",
        "#b2abd2",
        "#d8daeb",
        "#f7f7f7",
        "#fee0b6",
        "#fdb863",
        "#e08214",
        "#b35806",
    ),
    # The same on a dark ground, where bright is strong: as far from it as the other is from a light one.
    "change-on-dark": (
        "#dccdff",
        "#b195ea",
        "#8667c4",
        "#5c4691",
        "#41494d",
        "#7a4a0c",
        "#ad6d12",
        "#de9a33",
        "#ffd08a",
    ),
    # Without its lightest: that is what a cell looks like where somebody looked and nothing is to show.
    "presence": ("#d0d1e6", "#a6bddb", "#74a9cf", "#3690c0", "#0570b0", "#034e7b"),
}
# What is known of a cell without a value. Grey is in no ramp; an empty outline is not a value of 0.
STATE_PAINTS: dict[State, dict[str, Any]] = {
    State.VISITED: {"fill-color": "#ffffff", "fill-opacity": 0.35, "fill-outline-color": "rgba(60,60,60,0.35)"},
    State.NOT_VISITED: {"fill-color": "rgba(0,0,0,0)", "fill-outline-color": "#6b6b6b"},
    State.NO_ACCESS: {"fill-color": "#6b6b6b", "fill-opacity": 0.6, "fill-outline-color": "#3c3c3c"},
}
OPACITY = 0.75
OUTLINE = "rgba(60,60,60,0.35)"  # seen where hexagons are large, quiet where they are many


@dataclass(frozen=True)
class Band:
    """The zooms at which one resolution is drawn, and its classes."""

    resolution: int
    minzoom: int
    maxzoom: int | None  # excluded; None: from minzoom on, also where tiles are stretched
    classes: Sequence[Class]


def colours(ramp: str, classes: int) -> list[str]:
    """As many colours of a ramp, from its light to its dark end."""
    ladder = RAMPS[ramp]
    if classes == 1:
        return [ladder[len(ladder) // 2]]
    return [ladder[round(i * (len(ladder) - 1) / (classes - 1))] for i in range(classes)]


def style(
    name: str,
    layer: str,
    indicator: str,
    ramp: str,
    source: Mapping[str, Any],
    bands: Sequence[Band],
    *,
    watched: bool = False,
) -> dict[str, Any]:
    """A complete style whose one source is `layer`, as is its source-layer. `watched`: cells have states."""
    states = _states(layer, bands) if watched else []
    drawn = [*states, *(part for band in bands for part in _band(layer, indicator, ramp, band))]
    return {"version": 8, "name": name, "sources": {layer: dict(source)}, "layers": drawn}


def _band(layer: str, indicator: str, ramp: str, band: Band) -> list[dict[str, Any]]:
    zooms = {"minzoom": band.minzoom} | ({} if band.maxzoom is None else {"maxzoom": band.maxzoom})
    shades = colours(ramp, len(band.classes))
    return [
        {
            "id": f"{indicator}-r{band.resolution}-class{at}",
            "type": "fill",
            "source": layer,
            "source-layer": layer,
            **zooms,
            "filter": _filter(indicator, c),
            "paint": {"fill-color": shade, "fill-opacity": OPACITY, "fill-outline-color": OUTLINE},
        }
        for at, (c, shade) in enumerate(zip(band.classes, shades, strict=True))
    ]


def _states(layer: str, bands: Sequence[Band]) -> list[dict[str, Any]]:
    """What lies beneath the classes: a cell that has a value as well shows both."""
    zooms = {"minzoom": bands[0].minzoom} if bands else {}
    return [
        {
            "id": f"state-{state}",
            "type": "fill",
            "source": layer,
            "source-layer": layer,
            **zooms,
            "filter": ["==", ["get", "state"], str(state)],
            "paint": dict(paint),
        }
        for state, paint in STATE_PAINTS.items()
    ]


def _filter(indicator: str, c: Class) -> list[Any]:
    above = [">=", ["get", indicator], c.low]
    return ["all", ["has", indicator], above, ["<=" if c.last else "<", ["get", indicator], c.high]]
