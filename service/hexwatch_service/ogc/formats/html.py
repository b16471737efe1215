"""A page for people: a picture, a table, and every other format to download."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..crs import ALL, Crs
from ..documents import HTML, page
from ..writing import Format, Sheet

_WIDTH = 640.0
_MERCATOR: Crs = ALL[2]


def _write(sheet: Sheet) -> Iterator[bytes]:
    columns = [sheet.page.values(name) for name in sheet.page.names]
    yield page(
        sheet.state,
        "items.html",
        sheet=sheet,
        names=list(sheet.page.fields.items()),
        rows=list(zip(*columns, strict=True)),
        drawing=drawing(sheet),
    ).encode()


def drawing(sheet: Sheet) -> tuple[float, float, list[tuple[str, float, str]]]:
    """Width, height, and for each feature its path, how strongly it is filled, and its name."""
    shown = sheet.page
    cells = shown.paths(_MERCATOR)
    rings = [ring for parts in cells for ring in parts]
    if not rings:
        return _WIDTH, 0.0, []
    every = np.concatenate(rings)
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    scale = _WIDTH / max(east - west, north - south, 1.0)
    corner, turn = np.array([west, north]), np.array([scale, -scale])
    paths = [" ".join(_path((ring - corner) * turn) for ring in parts) for parts in cells]
    marks = list(zip(paths, shown.strength(), shown.ids(), strict=True))
    return (east - west) * scale, (north - south) * scale, marks


def _path(ring: np.ndarray) -> str:
    corners = ring.tolist()
    if len(corners) == 1:  # a point is drawn as a small square
        ((x, y),) = corners
        return f"M{x - 2:.1f},{y - 2:.1f}h4v4h-4Z"
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + ("Z" if corners[0] == corners[-1] else "")


FORMAT = Format("html", 90, "Page", HTML, _write, also=("application/xhtml+xml",))
