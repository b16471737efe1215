"""Vector tiles as OGC API - Tiles describes them, and the styles that go with them."""

from __future__ import annotations

from ..catalogue import Layer
from ..described import MVT
from ..state import State
from .collections import description
from .crs import CRS84
from .documents import JSON, Document, link
from .schema import properties
from .stored.collection import Stored

QUAD = "WebMercatorQuad"
MAPBOX = "application/vnd.mapbox.style+json"

_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_REL = "http://www.opengis.net/def/rel/ogc/1.0"


def matrix_sets(state: State) -> Document:
    """All tile matrix sets."""
    one = {"id": QUAD, "title": "Google Maps Compatible for the World", "uri": _URI, "crs": _CRS}
    home = state.url(f"tileMatrixSets/{QUAD}")
    return {"tileMatrixSets": [{**one, "links": [link("self", home, JSON, "Definition")]}]}


def matrix_set() -> Document:
    """WebMercatorQuad (OGC 17-083r4, D.1), as morecantile has it."""
    from morecantile import tms  # noqa: PLC0415 (a quarter of a second that only this document needs)

    return tms.get(QUAD).model_dump(mode="json", exclude_none=True)


def tilesets(layer: Layer | Stored, state: State) -> Document:
    """All tile sets of a collection."""
    home = state.url(f"collections/{layer.id}/tiles")
    about = link("self", f"{home}/{QUAD}", JSON, f"{layer.title}: {QUAD}")
    return {
        "links": [link("self", home, JSON, "Tile sets")],
        "tilesets": [{"title": layer.title, **_what(), "links": [about, *_links(layer, state)]}],
    }


def tileset(layer: Layer | Stored, state: State) -> Document:
    """The tile set of a collection."""
    west, south, east, north = layer.bounds
    return {
        "title": layer.title,
        "description": description(layer),
        **_what(),
        "links": [
            link("self", state.url(f"collections/{layer.id}/tiles/{QUAD}"), JSON, "This tile set"),
            *_links(layer, state),
        ],
        "layers": [_layer(layer)],
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri},
        "tileMatrixSetLimits": [_limits(level) for level in range(layer.minzoom, layer.maxzoom + 1)],
        "attribution": layer.attribution,
        "license": layer.licence,
        "mediaTypes": [MVT],
    }


def _what() -> Document:
    return {"dataType": "vector", "crs": _CRS, "tileMatrixSetURI": _URI}


def _layer(layer: Layer | Stored) -> Document:
    return {
        "id": layer.id,
        "title": layer.title,
        "dataType": "vector",
        "geometryDimension": layer.dimension,
        "minTileMatrix": str(layer.minzoom),
        "maxTileMatrix": str(layer.maxzoom),
        "propertiesSchema": {"type": "object", "properties": {k: p.json for k, p in properties(layer).items()}},
    }


def _limits(level: int) -> Document:
    """Every tile of a zoom: an empty one is a quick 204, and tiles outside of the zooms are refused."""
    last = (1 << level) - 1
    return {"tileMatrix": str(level), "minTileRow": 0, "maxTileRow": last, "minTileCol": 0, "maxTileCol": last}


def _links(layer: Layer | Stored, state: State) -> list[Document]:
    template = state.url(f"collections/{layer.id}/tiles/{QUAD}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}")
    return [
        link("item", template, MVT, "Vector tiles", templated=True),
        link(f"{_REL}/tiling-scheme", state.url(f"tileMatrixSets/{QUAD}"), JSON, QUAD),
        link(f"{_REL}/geodata", state.url(f"collections/{layer.id}"), JSON, layer.title),
        link("alternate", state.url(f"tiles/{layer.id}/tilejson.json"), "application/json", "TileJSON"),
    ]


def styles(layers: list[Layer], state: State) -> Document:
    """The styles of layers, one for each indicator (OGC API - Styles)."""
    found = [(layer, shown) for layer in layers for shown in layer.indicators]
    entries = [
        {
            "id": f"{layer.id}.{shown.id}",
            "title": f"{layer.title}: {shown.title}",
            "links": [link("stylesheet", state.url(f"styles/{layer.id}.{shown.id}"), MAPBOX, shown.title)],
        }
        for layer, shown in found
    ]
    return {"styles": entries, "default": entries[0]["id"] if entries else None}
