"""OGC Features and Geometries JSON 1.0 (OGC 21-045r1): GeoJSON that knows reference systems, time and types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from ..crs import CRS84
from ..writing import Format, Page, Sheet
from .geojson import features

_SPEC = "http://www.opengis.net/spec/json-fg-1/1.0/conf"
_CLASSES = [f"{_SPEC}/core", f"{_SPEC}/types-schemas"]


def _write(sheet: Sheet) -> Iterator[bytes]:
    page = sheet.page
    said = {
        "type": "FeatureCollection",
        "conformsTo": _CLASSES,
        "featureType": sheet.layer.id,
        "featureSchema": sheet.state.url(f"collections/{sheet.layer.id}/schema"),
        "coordRefSys": page.crs.uri,
        "geometryDimension": sheet.layer.dimension,
        "timeStamp": sheet.made,
        "numberMatched": page.matched,
        "numberReturned": page.size,
        "links": sheet.links,
        **sheet.about,
        "features": [
            {**_placed(page, feature), "time": time and {"interval": [str(time[0]), str(time[1])]}}
            for feature, time in zip(features(page), page.times(), strict=True)
        ],
    }
    yield orjson.dumps(said, option=orjson.OPT_SERIALIZE_NUMPY)


def _placed(page: Page, feature: dict[str, Any]) -> dict[str, Any]:
    """In WGS 84 longitude first it stands where GeoJSON has it, in any other system at `place`."""
    if page.crs is CRS84:
        return {**feature, "place": None}
    return {**feature, "geometry": None, "place": feature["geometry"]}


FORMAT = Format("jsonfg", 15, "JSON-FG", "application/vnd.ogc.fg+json", _write)
