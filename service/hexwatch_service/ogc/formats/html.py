"""A page for people: a picture, a table, and every other format to download."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..crs import ALL, Crs
from ..documents import HTML, page
from ..schema import properties
from ..writing import Format, Sheet

_WIDTH = 640.0
_MERCATOR: Crs = ALL[2]


def _write(sheet: Sheet) -> Iterator[bytes]:
    names = sheet.page.question.properties
    columns = [sheet.page.values(name) for name in names]
    yield page(
        sheet.state,
        "items.html",
        sheet=sheet,
        names=[(name, properties(sheet.layer)[name]) for name in names],
        rows=list(zip(*columns, strict=True)),
        drawing=drawing(sheet),
    ).encode()


def drawing(sheet: Sheet) -> tuple[float, float, list[tuple[str, float, str]]]:
    """Width, height, and for each hexagon its path, how strongly it is filled, and its cell."""
    shown = sheet.page
    cells = shown.features.places.rings(shown.rows, _MERCATOR)
    rings = [ring for parts in cells for ring in parts]
    if not rings:
        return _WIDTH, 0.0, []
    every = np.concatenate(rings)
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    scale = _WIDTH / max(east - west, north - south)
    corner, turn = np.array([west, north]), np.array([scale, -scale])
    paths = [" ".join(_path((ring - corner) * turn) for ring in parts) for parts in cells]
    marks = list(zip(paths, _strength(sheet), [str(c) for c in shown.values("h3")], strict=True))
    return (east - west) * scale, (north - south) * scale, marks


def _path(ring: np.ndarray) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in ring.tolist()) + "Z"


def _strength(sheet: Sheet) -> list[float]:
    """By rank of the first indicator: counts of violence are so skewed that their sizes would show one hexagon."""
    first = next(iter(sheet.page.features.table.values.values()), None)
    if first is None:
        return [0.5] * sheet.page.rows.size
    found = np.nan_to_num(first[sheet.page.rows])
    rank = np.searchsorted(np.sort(found), found, "right") / max(found.size, 1)
    return (0.15 + 0.75 * rank).round(2).tolist()


FORMAT = Format("html", 90, "Page", HTML, _write, also=("application/xhtml+xml",))
