"""The interface as OpenAPI 3.0, which is what clients of OGC API read.

QGIS takes its page size from `components.parameters.limit` and nowhere else; GDAL sends filters for the properties that
the literal path of a collection's items names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hexwatch_schemas import __version__

from ..catalogue import Layer
from ..described import MVT
from ..state import State
from .crs import ALL
from .dggs import BINARY, GRID
from .documents import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from .filters.parse import LANGUAGES
from .formats import registry
from .question import FURTHEST, MOST, USUAL
from .schema import properties
from .stored.collection import Stored
from .tilesets import MAPBOX, QUAD

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_URI: Json = {"type": "string", "format": "uri", "enum": [system.uri for system in ALL]}
_NUMBERS: Json = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}


def _query(name: str, description: str, schema: Json, **more: Any) -> Json:
    return {"name": name, "in": "query", "description": description, "required": False, "schema": schema, **more}


def _path(name: str, description: str, schema: Json = _TEXT) -> Json:
    return {"name": name, "in": "path", "description": description, "required": True, "schema": schema}


_LIMIT: Json = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
_OFFSET: Json = {"type": "integer", "minimum": 0, "maximum": FURTHEST, "default": 0}
_HOUR = "([01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = rf"T{_HOUR}(:[0-5][0-9](\.[0-9]+)?)?(Z|[+-]{_HOUR})?"
_DAY = rf"(?!0000)[0-9]{{4}}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])({_TIME})?)?)?"
_WINDOW: Json = {"type": "string", "pattern": rf"^({_DAY}|({_DAY}|\.\.)?/({_DAY}|\.\.)?)$"}
_CELL: Json = {"type": "string", "pattern": "^[0-9a-f]{15}$"}
_NO_NUL: Json = {"pattern": r"^[^\u0000]*$"}
_LANGUAGE: Json = {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}


def _parameters() -> Json:
    """Those that several operations share, by name."""
    return {
        "limit": _query("limit", "How many features at most; above the maximum it is capped.", _LIMIT),
        "offset": _query("offset", "How many to leave out.", _OFFSET),
        "bbox": _query("bbox", "west,south,east,north.", _NUMBERS, style="form", explode=False),
        "bbox-crs": _query("bbox-crs", "Reference system of bbox.", _URI),
        "crs": _query("crs", "Reference system of the answer.", _URI),
        "datetime": _query("datetime", "The window: a day, month, year, or first/last.", _WINDOW),
        "filter": _query("filter", "CQL2.", _TEXT),
        "filter-lang": _query("filter-lang", "Its language.", _LANGUAGE),
        "filter-crs": _query("filter-crs", "Its reference system.", _URI),
        "f": _query("f", "Format of a document.", {"type": "string", "enum": ["json", "html"]}),
        "f-items": _query("f", "Format.", {"type": "string", "enum": list(registry())}),
        "f-zones": _query("f", "Format.", {"type": "string", "enum": ["json", "uint64"]}),
        "zone-level": _query("zone-level", "H3 resolution.", {"type": "integer", "minimum": 1, "maximum": 15}),
        "parent-zone": _query("parent-zone", "Only zones within this one.", _CELL),
        "compact-zones": _query("compact-zones", "Only false.", {"type": "boolean", "enum": [False], "default": False}),
        "zone-depth": _query("zone-depth", "Only 0.", {"type": "integer", "enum": [0], "default": 0}),
        "collectionId": _path("collectionId", "A collection."),
        "tileMatrixSetId": _path("tileMatrixSetId", "A tile matrix set.", {"type": "string", "enum": [QUAD]}),
        "dggrsId": _path("dggrsId", "A discrete global grid.", {"type": "string", "enum": [GRID]}),
        "styleId": _path("styleId", "Layer and indicator, with a dot between them."),
        "zoneId": _path("zoneId", "An H3 cell, 15 hexadecimal characters.", _CELL),
        "featureId": _path("featureId", "An H3 cell, 15 hexadecimal characters, or the name of a record."),
    }


_OF_ITEMS = (
    "f-items", "limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs",
)  # fmt: skip
_OF_ZONES = ("limit", "offset", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs")


def _shared(*names: str) -> list[Json]:
    """Shared parameters, written out: not every client follows references."""
    there = _parameters()
    return [there[name] for name in names]


def _operation(name: str, summary: str, tag: str, parameters: list[Json], **content: Json) -> Json:
    """A GET; `content` by media type."""
    responses = {"200": {"description": summary, "content": content}}
    responses |= {code: {"$ref": "#/components/responses/Exception"} for code in ("400", "404", "500", "503")}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": [tag],
            "parameters": parameters,
            "responses": responses,
        }
    }


_PAGE: Json = {HTML: {"schema": _TEXT}}
_BYTES: Json = {"schema": {"type": "string", "format": "binary"}}
_ANY: Json = {"schema": {"type": "object"}}


def _document(name: str, summary: str, tag: str, *parameters: str, media_type: str = JSON) -> Json:
    return _operation(name, summary, tag, _shared(*parameters, "f"), **{media_type: _ANY}, **_PAGE)


def description(state: State) -> Json:
    """The whole document."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Hexwatch",
            "version": __version__,
            "description": "Incidents and patrols on one honest hexagon grid. What a collection has of its own, its "
            "categories and properties, stands with the path of its items; category= works wherever it has numbers. "
            "All other routes: /openapi.json.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0.html"},
        },
        "servers": [{"url": state.url("").rstrip("/")}],
        "tags": [{"name": name} for name in ("Capabilities", "Data", "Tiles", "Styles", "DGGS")],
        "paths": {**_capabilities(), **_data(), **_tiles(), **_dggs(), **_of_collections(state)},
        "components": {"parameters": _parameters(), "schemas": _schemas(), "responses": _failures()},
    }


def _capabilities() -> Json:
    return {
        "/": _document("landingPage", "Where everything is", "Capabilities"),
        "/conformance": _document("conformance", "What the service conforms to", "Capabilities"),
        "/api": _document("api", "This document", "Capabilities", media_type=OPENAPI),
        "/collections": _document("collections", "All collections", "Capabilities"),
        "/collections/{collectionId}": _document("collection", "One collection", "Capabilities", "collectionId"),
    }


def _data() -> Json:
    home = "/collections/{collectionId}"
    properties_of = {
        f"{home}/{name}": _document(name, f"Its {name}", "Data", "collectionId", media_type=SCHEMA)
        for name in ("schema", "queryables", "sortables")
    }
    parameters = _shared("collectionId", *_OF_ITEMS)
    one = _shared("collectionId", "featureId", "crs", "datetime", "f")
    return {
        **properties_of,
        f"{home}/items": _operation("items", "Features", "Data", parameters, **_formats()),
        f"{home}/items/{{featureId}}": _operation(
            "item", "One feature", "Data", one, **{GEOJSON: {"schema": _ref("featureGeoJSON")}}, **_PAGE
        ),
    }


def _tiles() -> Json:
    home, one = "/collections/{collectionId}", "{tileMatrix}/{tileRow}/{tileCol}"
    numbers = [_path(name, "", {"type": "integer", "minimum": 0}) for name in ("tileMatrix", "tileRow", "tileCol")]
    where = [*_shared("collectionId", "tileMatrixSetId"), *numbers, *_shared("datetime")]
    tile = _operation(".collection.vector.getTile", "One tile", "Tiles", where, **{MVT: _BYTES})
    tile["get"]["responses"]["204"] = {"description": "Nothing is there."}
    return {
        "/tileMatrixSets": _document("tileMatrixSets", "Tile matrix sets", "Tiles"),
        "/tileMatrixSets/{tileMatrixSetId}": _document("tileMatrixSet", "One of them", "Tiles", "tileMatrixSetId"),
        f"{home}/tiles": _document(".collection.vector.getTileSetsList", "Tile sets", "Tiles", "collectionId"),
        f"{home}/tiles/{{tileMatrixSetId}}": _document(
            ".collection.vector.getTileSet", "One tile set", "Tiles", "collectionId", "tileMatrixSetId"
        ),
        f"{home}/tiles/{{tileMatrixSetId}}/{one}": tile,
        "/styles": _document("styles", "All styles", "Styles"),
        "/styles/{styleId}": _operation("style", "One style", "Styles", _shared("styleId"), **{MAPBOX: _ANY}),
        f"{home}/styles": _document("stylesOfCollection", "Its styles", "Styles", "collectionId"),
    }


def _dggs() -> Json:
    grid, home = "dggs/{dggrsId}", "/collections/{collectionId}/dggs"
    zones = _shared("collectionId", "dggrsId", "zone-level", "parent-zone", "compact-zones", "f-zones", *_OF_ZONES)
    data = _shared("collectionId", "dggrsId", "zoneId", "zone-depth", "datetime")
    return {
        "/dggs": _document("dggs", "Discrete global grids", "DGGS"),
        f"/{grid}": _document("dggrs", "One grid", "DGGS", "dggrsId"),
        f"/{grid}/zones/{{zoneId}}": _document("zone", "One zone", "DGGS", "dggrsId", "zoneId"),
        home: _document("collectionDggs", "Grids of a collection", "DGGS", "collectionId"),
        f"{home}/{{dggrsId}}": _document("collectionDggrs", "One grid", "DGGS", "collectionId", "dggrsId"),
        f"{home}/{{dggrsId}}/zones": _operation("zones", "Zones", "DGGS", zones, **{JSON: _ANY, BINARY: _BYTES}),
        f"{home}/{{dggrsId}}/zones/{{zoneId}}": _document(
            "collectionZone", "One zone", "DGGS", "collectionId", "dggrsId", "zoneId"
        ),
        f"{home}/{{dggrsId}}/zones/{{zoneId}}/data": _operation(
            "zoneData", "Its numbers", "DGGS", data, **{JSON: _ANY}
        ),
    }


def _of_collections(state: State) -> Json:
    """Literal paths, with what differs between collections, and a parameter for each property that a query can name."""
    return {
        f"/collections/{one.id}/items": _operation(
            f"items-of-{one.id}", one.title, "Data", [*_shared(*_OF_ITEMS), *_own(one)], **_formats()
        )
        for one in (*state.catalogue, *state.catalogue.stored.values())
    }


def _own(one: Layer | Stored) -> Iterator[Json]:
    there = properties(one)
    if isinstance(one, Layer):
        if one.categories:
            yield _list("category", "Categories.", one.categories)
        yield _query("resolution", "H3 resolution.", {"type": "integer", "minimum": 1, "maximum": one.base})
    yield _list("properties", "Which properties; none where it is empty.", [*there, ""])
    yield _list("sortby", "Properties; -name descends.", [*there, *(f"-{name}" for name in there)])
    for name, kind in there.items():
        yield _query(name, kind.title, kind.kind | (_NO_NUL if kind.type == "string" else {}))


def _list(name: str, text: str, known: Iterable[str]) -> Json:
    several = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(known)}}
    return _query(name, text, several, style="form", explode=False)


def _formats() -> Json:
    several = _ref("featureCollectionGeoJSON")  # JSON-FG is GeoJSON that says more
    return {f.media_type: {"schema": several if f.media_type.endswith("+json") else _TEXT} for f in registry().values()}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _failures() -> Json:
    said = {"description": "What is wrong, in words.", "content": {JSON: {"schema": _ref("exception")}}}
    return {"Exception": said}


def _schemas() -> Json:
    link = {
        "type": "object",
        "required": ["href", "rel"],
        "properties": dict.fromkeys(("href", "rel", "type", "title"), _TEXT),
    }
    feature = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": _TEXT,
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "nullable": True},
            "links": {"type": "array", "items": _ref("link")},
        },
    }
    several = {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": _ref("featureGeoJSON")},
            "links": {"type": "array", "items": _ref("link")},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    }
    said = {"type": "object", "required": ["code"], "properties": {"code": _TEXT, "description": _TEXT}}
    return {"link": link, "featureGeoJSON": feature, "featureCollectionGeoJSON": several, "exception": said}
