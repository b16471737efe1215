"""Legends as pixels, and a map with its legend and attribution for briefings."""

from __future__ import annotations

from typing import Any

import numpy as np

from .image import Pixels, png
from .text import ADVANCE, HEIGHT, write

_ROW, _MARGIN, _BOX = 20, 8, 26
_SIZE = 1


def as_png(legend: dict[str, Any]) -> bytes:
    """The legend alone."""
    return png(panel(legend))


def panel(legend: dict[str, Any]) -> Pixels:
    """The legend's title, note, and one box a class on white."""
    rows = legend["classes"]
    lines = [legend["title"], legend["note"], *(" " * 7 + row["label"] for row in rows)]
    width = 2 * _MARGIN + ADVANCE * _SIZE * max(map(len, lines))
    picture = np.full((2 * _MARGIN + 30 + _ROW * len(rows), width, 4), 255, np.uint8)
    write(picture, _MARGIN, _MARGIN, legend["title"])
    write(picture, _MARGIN, _MARGIN + HEIGHT + 5, legend["note"])
    for at, row in enumerate(rows):
        top = _MARGIN + 30 + _ROW * at
        _box(picture[top : top + 14, _MARGIN : _MARGIN + _BOX], row)
        write(picture, _MARGIN + _BOX + 8, top + 3, row["label"])
    return picture


def briefing(map_: Pixels, legend: dict[str, Any], lines: list[str]) -> Pixels:
    """The map on white, the legend in its corner, lines about its source below it."""
    height, width = map_.shape[:2]
    foot = (HEIGHT + 4) * len(lines) + 8
    picture = np.full((height + foot, width, 4), 255, np.uint8)
    picture[:height] = over(picture[:height], map_)
    shown = panel(legend)[:height, :width]
    picture[: shown.shape[0], : shown.shape[1]] = shown
    for at, line in enumerate(lines):
        write(picture, _MARGIN, height + 6 + at * (HEIGHT + 4), line)
    return picture


def over(below: Pixels, above: Pixels) -> Pixels:
    """A picture with another one on it; what is below is opaque."""
    opacity = above[..., 3:].astype(np.uint16)
    mixed = below.copy()
    mixed[..., :3] = (above[..., :3] * opacity + below[..., :3] * (255 - opacity) + 127) // 255
    return mixed


def _box(place: Pixels, row: dict[str, Any]) -> None:
    place[...] = (91, 91, 91, 255)
    colour = np.array([*bytes.fromhex(row["color"][1:]), round(255 * row["opacity"])], np.uint8)
    inside = np.full_like(place[1:-1, 1:-1], 255)
    place[1:-1, 1:-1] = over(inside, np.broadcast_to(colour, inside.shape))
