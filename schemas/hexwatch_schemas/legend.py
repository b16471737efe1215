"""Legends from the same classes as the style: as data, and as a picture (SVG 1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import h3.api.basic_int as h3

from .classification import Class
from .style import OPACITY, colours
from .words import State

_ROW, _WIDTH = 22, 300

# Three states that are never merged; what the hexagons cannot show is said in words.
STATES = (
    {"state": "value", "label": "Coloured: reports lie, or may lie, in the hexagon"},
    {"state": "none", "label": "No hexagon: no report; nobody may have looked"},
)
WATCHED = (
    {"state": State.VISITED, "label": "Pale: visited, and nothing to show", "color": "#ffffff"},
    {"state": State.NOT_VISITED, "label": "Empty outline: not visited", "color": "none"},
    {"state": State.NO_ACCESS, "label": "Grey: no access on any day", "color": "#6b6b6b"},
)
COMPARED = (
    {"state": "value", "label": "Coloured: reports in either window"},
    {"state": "none", "label": "No hexagon: no report in either; nobody may have looked"},
)
COMPARED_WATCHED = (
    {"state": State.VISITED, "label": "Pale: visited in both windows, and nothing to compare", "color": "#ffffff"},
    {"state": State.NOT_VISITED, "label": "Empty outline: not visited in one of the windows, or both", "color": "none"},
    {"state": State.NO_ACCESS, "label": "Grey: no access in one of the windows, or both", "color": "#6b6b6b"},
)
ALL_STATES = ((STATES, COMPARED), (WATCHED, COMPARED_WATCHED))  # by whether cells have states, and are compared


def legend(
    title: str,
    unit: str,
    ramp: str,
    resolution: int,
    classes: Sequence[Class],
    *,
    watched: bool = False,
    since: str | None = None,
) -> dict[str, Any]:
    """What a viewer needs to draw the legend of one resolution.

    `watched`: cells have states. `since`: of a change, the windows that it lies between.
    """
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
        "states": list(ALL_STATES[watched][since is not None]),
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
