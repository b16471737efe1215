"""Legends from the same classes as the style: as data, and as a picture (SVG 1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import h3.api.basic_int as h3

from .classification import Class
from .style import OPACITY, colours
from .words import DatasetKind, State

_ROW, _WIDTH = 22, 300


def _words(coloured: str, none: str) -> tuple[dict[str, str], ...]:
    return {"state": "value", "label": f"Coloured: {coloured}"}, {"state": "none", "label": f"No hexagon: {none}"}


# What the hexagons cannot show is said in words: of one window, and of two that are compared.
REPORTS = (
    _words("reports lie, or may lie, in the hexagon", "no report; nobody may have looked"),
    _words("reports in either window", "no report in either; nobody may have looked"),
)
TRACKS = (
    _words("a track lies in the hexagon", "no track in this window"),
    _words("tracks in either window", "no track in either"),
)
PIXELS = (_words("the raster has values there", "the raster has none there"),) * 2
# Three states that are never merged.
WATCHED = (
    (
        {"state": State.VISITED, "label": "Pale: visited, and nothing to show", "color": "#ffffff"},
        {"state": State.NOT_VISITED, "label": "Empty outline: not visited", "color": "none"},
        {"state": State.NO_ACCESS, "label": "Grey: no access on any day", "color": "#6b6b6b"},
    ),
    (
        {"state": State.VISITED, "label": "Pale: visited in both windows, and nothing to compare", "color": "#ffffff"},
        {
            "state": State.NOT_VISITED,
            "label": "Empty outline: not visited in one window, or in both",
            "color": "none",
        },
        {"state": State.NO_ACCESS, "label": "Grey: no access in one window, or in both", "color": "#6b6b6b"},
    ),
)
_BY_KIND = {DatasetKind.TRACKS: TRACKS, DatasetKind.RASTER: PIXELS}
ALL_STATES = (REPORTS, TRACKS, PIXELS, WATCHED)


def legend(
    title: str,
    unit: str,
    ramp: str,
    resolution: int,
    classes: Sequence[Class],
    *,
    kind: str = DatasetKind.EVENTS,
    watched: bool = False,
    since: str | None = None,
) -> dict[str, Any]:
    """What a viewer needs to draw the legend of one resolution.

    `kind`: of the dataset that is shown. `watched`: cells have states. `since`: of a change, the windows that it lies
    between.
    """
    states = WATCHED if watched else _BY_KIND.get(DatasetKind(kind), REPORTS)
    area = h3.average_hexagon_area(resolution, unit="km^2")
    rows = [
        {"label": c.label, "min": c.low, "max": c.high, "color": shade, "opacity": OPACITY}
        for c, shade in zip(classes, colours(ramp, len(classes)), strict=True)
    ]
    note = (
        f"{unit} per hexagon of about {area:,.0f} km²" if area >= 1 else f"{unit} per hexagon of about {area:.2g} km²"
    )
    return {
        "title": title,
        "unit": unit,
        "resolution": resolution,
        "note": f"{note}, {since}" if since else note,
        "classes": rows,
        "states": list(states[since is not None]),
    }


def as_svg(data: dict[str, Any]) -> str:
    """The legend as a small picture."""
    states = [{"opacity": 0.6, **state} for state in data["states"] if "color" in state]
    every = [*data["classes"], *states]
    height = 52 + _ROW * len(every)
    rows = "".join(_row(at, row) for at, row in enumerate(every))
    head = f'<text x="8" y="18" font-weight="bold">{escape(data["title"])}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="12" role="img">'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>{head}'
        f'<text x="8" y="36">{escape(data["note"])}</text>{rows}</svg>'
    )


def _row(at: int, row: dict[str, Any]) -> str:
    top = 46 + _ROW * at
    box = f'fill="{row["color"]}" fill-opacity="{row["opacity"]}" stroke="#5b5b5b"'
    return (
        f'<rect x="8" y="{top}" width="26" height="16" {box}/><text x="42" y="{top + 13}">{escape(row["label"])}</text>'
    )
