"""GeoJSON (RFC 7946), with what OGC API - Features adds to a collection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from ..documents import GEOJSON, JSON
from ..writing import Format, Page, Sheet


def features(page: Page) -> list[dict[str, Any]]:
    """The rows of a page as features; their coordinates are arrays."""
    names = page.names
    columns = zip(*(page.values(name) for name in names), strict=True) if names else [()] * page.size
    return [
        {"type": "Feature", "id": name, "geometry": geometry, "properties": dict(zip(names, row, strict=True))}
        for name, geometry, row in zip(page.ids(), page.geometries(), columns, strict=True)
    ]


def _write(sheet: Sheet) -> Iterator[bytes]:
    page = sheet.page
    said = {
        "type": "FeatureCollection",
        "timeStamp": sheet.made,
        "numberMatched": page.matched,
        "numberReturned": page.size,
        "links": sheet.links,
        **sheet.about,
        "features": features(page),
    }
    # Floats are written as floats: 1.0 is not taken for an integer.
    yield orjson.dumps(said, option=orjson.OPT_SERIALIZE_NUMPY)


FORMAT = Format("json", 10, "GeoJSON", GEOJSON, _write, also=(JSON, "application/vnd.geo+json"))
