"""Legends as pixels, and a map with its legend and attribution for briefings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .image import Pixels, png
from .text import ADVANCE, HEIGHT, write

_ROW, _MARGIN, _BOX, _HEAD, _LINE = 20, 8, (26, 14), 30, HEIGHT + 4
_WIDE = 1000  # pixels of a map, from which letters are drawn twice as large
_EDGE = (91, 91, 91, 255)


def as_png(legend: dict[str, Any]) -> bytes:
    """The legend alone."""
    return png(panel(legend))


def panel(legend: dict[str, Any], size: int = 1) -> Pixels:
    """The legend's title, note, and one box a class on white; `size`: times as large."""
    rows = legend["classes"]
    lines = [legend["title"], legend["note"]]
    beside = _BOX[0] + 8
    letters = max(ADVANCE * max(map(len, lines)), *(beside + ADVANCE * len(row["label"]) for row in rows), 0)
    shape = 2 * _MARGIN + _HEAD + _ROW * len(rows), 2 * _MARGIN + letters, 4
    picture = np.full((shape[0] * size, shape[1] * size, 4), 255, np.uint8)
    for at, line in enumerate(lines):
        write(picture, _MARGIN * size, (_MARGIN + at * (HEIGHT + 5)) * size, line, size=size)
    for at, row in enumerate(rows):
        left, top = _MARGIN * size, (_MARGIN + _HEAD + _ROW * at) * size
        _box(picture[top : top + _BOX[1] * size, left : left + _BOX[0] * size], row)
        write(picture, left + beside * size, top + 3 * size, row["label"], size=size)
    return picture


def briefing(map_: Pixels, legend: dict[str, Any], lines: Sequence[str]) -> Pixels:
    """The map on white, the legend in the corner where it hides least, lines about its source below it."""
    height, width = map_.shape[:2]
    size = 2 if width >= _WIDE else 1
    told = [part for line in lines for part in _wrapped(line, (width - 2 * _MARGIN) // (ADVANCE * size))]
    picture = np.full((height + (_LINE * len(told) + _MARGIN) * size, width, 4), 255, np.uint8)
    picture[:height] = over(picture[:height], map_)
    _put(picture[:height], _framed(panel(legend, size)), map_[..., 3] > 0)
    for at, line in enumerate(told):
        write(picture, _MARGIN * size, height + (_MARGIN - 2 + at * _LINE) * size, line, size=size)
    return picture


def over(below: Pixels, above: Pixels) -> Pixels:
    """A picture with another one on it; what is below is opaque."""
    opacity = above[..., 3:].astype(np.uint16)
    mixed = below.copy()
    mixed[..., :3] = (above[..., :3] * opacity + below[..., :3] * (255 - opacity) + 127) // 255
    return mixed


def _wrapped(line: str, letters: int) -> list[str]:
    return textwrap.wrap(line, max(letters, 1)) or [""]


def _framed(shown: Pixels) -> Pixels:
    shown[[0, -1]] = shown[:, [0, -1]] = _EDGE
    return shown


def _put(picture: Pixels, shown: Pixels, taken: np.ndarray) -> None:
    """Into the corner with the fewest pixels of the map under it; the upper left one where all are alike."""
    shown = shown[: picture.shape[0], : picture.shape[1]]
    corner = min(_corners(picture.shape, shown.shape), key=lambda place: int(taken[place].sum()))
    picture[corner] = shown


def _corners(whole: Sequence[int], part: Sequence[int]) -> Iterator[tuple[slice, slice]]:
    for top in (0, whole[0] - part[0]):
        for left in (0, whole[1] - part[1]):
            yield slice(top, top + part[0]), slice(left, left + part[1])


def _box(place: Pixels, row: dict[str, Any]) -> None:
    place[...] = _EDGE
    colour = np.array([*bytes.fromhex(row["color"][1:]), round(255 * row["opacity"])], np.uint8)
    inside = np.full_like(place[1:-1, 1:-1], 255)
    place[1:-1, 1:-1] = over(inside, np.broadcast_to(colour, inside.shape))
