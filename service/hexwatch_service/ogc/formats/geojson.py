"""GeoJSON (RFC 7946), with what OGC API - Features adds to a collection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from ..documents import GEOJSON, JSON
from ..selection import Page
from ..writing import Format, Sheet


def features(page: Page) -> list[dict[str, Any]]:
    """The rows of a page as features; their coordinates are arrays."""
    names = page.question.properties
    columns = zip(*(page.values(name) for name in names), strict=True) if names else [()] * page.rows.size
    rings = page.features.places.rings(page.rows, page.question.crs)
    return [
        {
            "type": "Feature",
            "id": cell,
            "geometry": _geometry(parts),
            "properties": dict(zip(names, row, strict=True)),
        }
        for cell, parts, row in zip(page.values("h3"), rings, columns, strict=True)
    ]


def _geometry(parts: list[NDArray[np.float64]]) -> dict[str, Any] | None:
    """A cell beyond the mercator square has no outline there."""
    if not parts:
        return None
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in parts]}


def _write(sheet: Sheet) -> Iterator[bytes]:
    page = sheet.page
    said = {
        "type": "FeatureCollection",
        "timeStamp": sheet.made,
        "numberMatched": page.matched,
        "numberReturned": int(page.rows.size),
        "links": sheet.links,
        **sheet.about,
        "features": features(page),
    }
    # Floats are written as floats: 1.0 is not taken for an integer.
    yield orjson.dumps(said, option=orjson.OPT_SERIALIZE_NUMPY)


FORMAT = Format("json", 10, "GeoJSON", GEOJSON, _write, also=(JSON, "application/vnd.geo+json"))
