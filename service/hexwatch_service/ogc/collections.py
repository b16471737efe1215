"""Layers as collections (OGC API - Common Part 2, Features Part 1)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from ..catalogue import Layer
from ..state import State
from .crs import ALL, CRS84
from .documents import GEOJSON, JSON, SCHEMA, Document, link
from .formats import registry
from .question import usual_resolution
from .stored.collection import Stored

_REL = "http://www.opengis.net/def/rel/ogc/1.0"


def collection(layer: Layer, state: State) -> Document:
    """One layer's description: what it shows, where, when, from whom, and where to go on."""
    resolution = usual_resolution(layer)
    return {
        "id": layer.id,
        "title": layer.title,
        "description": description(layer),
        "attribution": layer.attribution,
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [list(layer.bounds)], "crs": CRS84.uri},
            "temporal": {"interval": [[f"{layer.extent.first}T00:00:00Z", f"{layer.extent.last}T23:59:59Z"]]},
        },
        "crs": [system.uri for system in ALL],
        "storageCrs": CRS84.uri,
        "resolution": resolution,
        "release": layer.release,
        "published": layer.published_at.isoformat(),
        "synthetic": layer.synthetic,
        "licence": layer.licence,
        "citation": layer.citation,
        "links": links(layer, state),
    }


def stored_collection(stored: Stored, state: State) -> Document:
    """The description of a collection of single records."""
    home = state.url(f"collections/{stored.id}")
    days = [[str(stored.extent.first), str(stored.extent.last)]] if stored.extent else [[None, None]]
    found = [
        link("self", home, JSON, "This collection"),
        link("alternate", f"{home}?f=html", "text/html", "This collection as a page"),
        *(link("items", f"{home}/items?f={f.id}", f.media_type, f"Records ({f.title})") for f in registry().values()),
        link(f"{_REL}/schema", f"{home}/schema", SCHEMA, "Schema"),
        link(f"{_REL}/queryables", f"{home}/queryables", SCHEMA, "Queryables"),
        link(f"{_REL}/sortables", f"{home}/sortables", SCHEMA, "Sortables"),
        link(f"{_REL}/tilesets-vector", f"{home}/tiles", JSON, "Vector tiles"),
    ]
    return {
        "id": stored.id,
        "title": stored.title,
        "description": description(stored),
        "attribution": stored.attribution,
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [list(stored.bounds)], "crs": CRS84.uri},
            "temporal": {"interval": [[day and f"{day}T{hour}Z" for day, hour in zip(days[0], _ENDS, strict=True)]]},
        },
        "crs": [system.uri for system in ALL],
        "storageCrs": CRS84.uri,
        "release": stored.release,
        "published": stored.published_at and stored.published_at.isoformat(),
        "synthetic": stored.synthetic,
        "licence": stored.licence,
        "citation": stored.citation,
        "links": found,
    }


_ENDS = ("00:00:00", "23:59:59")


def described(one: Layer | Stored, state: State) -> Document:
    """One collection's description."""
    return collection(one, state) if isinstance(one, Layer) else stored_collection(one, state)


def description(layer: Layer | Stored) -> str:
    """One paragraph for catalogues and desktop clients."""
    if not isinstance(layer, Layer):
        return f"{'Synthetic data. ' if layer.synthetic else ''}{layer.description} {layer.attribution}".strip()
    shown = ", ".join(i.title for i in layer.indicators)
    return (
        f"{'Synthetic data. ' if layer.synthetic else ''}Hexagons (H3 resolution {usual_resolution(layer)}; "
        f"resolution= gives 1 to {layer.base}) of {layer.window.first} to {layer.window.last} "
        f"(datetime= gives other windows): {shown}. Release {layer.release}. {layer.attribution}"
    ).strip()


def collections(layers: Iterable[Layer | Stored], state: State) -> Document:
    """All collections."""
    return {
        "links": [link("self", state.url("collections"), JSON, "Collections")],
        "crs": [system.uri for system in ALL],
        "collections": [described(layer, state) for layer in layers],
    }


def links(layer: Layer, state: State) -> list[Document]:
    """Where to go from a collection."""
    home = state.url(f"collections/{layer.id}")
    return [
        link("self", home, JSON, "This collection"),
        link("alternate", f"{home}?f=html", "text/html", "This collection as a page"),
        *(link("items", f"{home}/items?f={f.id}", f.media_type, f"Hexagons ({f.title})") for f in registry().values()),
        link(f"{_REL}/schema", f"{home}/schema", SCHEMA, "Schema"),
        link(f"{_REL}/queryables", f"{home}/queryables", SCHEMA, "Queryables"),
        link(f"{_REL}/sortables", f"{home}/sortables", SCHEMA, "Sortables"),
        link(f"{_REL}/tilesets-vector", f"{home}/tiles", JSON, "Vector tiles"),
        link(f"{_REL}/styles", f"{home}/styles", JSON, "Styles"),
        link(f"{_REL}/dggrs-list", f"{home}/dggs", JSON, "Zones of a discrete global grid"),
        *_about(layer, state),
    ]


def _about(layer: Layer, state: State) -> list[Document]:
    return [
        link("describedby", state.url(f"layers/{layer.id}"), JSON, "The layer: indicators, formulas, sources"),
        link("qgis", state.url("connect/qgis"), "application/x-qgis-layer-definition", "Every layer, for QGIS"),
    ]


def landing_links(state: State) -> list[Document]:
    """What programs follow from the front page."""
    return [
        link("self", state.url(""), JSON, "This document"),
        link("alternate", state.url("?f=html"), "text/html", "This document as a page"),
        link("service-desc", state.url("api"), "application/vnd.oai.openapi+json;version=3.0", "The API (OpenAPI 3.0)"),
        link("service-doc", state.url("api?f=html"), "text/html", "The API as a page"),
        link("conformance", state.url("conformance"), JSON, "Conformance"),
        link("data", state.url("collections"), JSON, "Collections"),
        link(f"{_REL}/conformance", state.url("conformance"), JSON, "Conformance"),
        link(f"{_REL}/data", state.url("collections"), JSON, "Collections"),
        link(f"{_REL}/tiling-schemes", state.url("tileMatrixSets"), JSON, "Tile matrix sets"),
        link(f"{_REL}/dggrs-list", state.url("dggs"), JSON, "Discrete global grids"),
        link("layers", state.url("layers"), JSON, "Layers"),
        link("map", state.url("map"), "text/html", "Map"),
        link("qgis", state.url("connect/qgis"), "application/x-qgis-layer-definition", "Every layer, for QGIS"),
    ]


def item_links(layer: Layer | Stored, state: State, name: str) -> list[Document]:
    """Where to go from one feature."""
    home, cell = state.url(f"collections/{layer.id}"), quote(name, safe="")
    here = [
        link("self", f"{home}/items/{cell}", GEOJSON, "This feature"),
        link("alternate", f"{home}/items/{cell}?f=html", "text/html", "This feature as a page"),
        link("collection", home, JSON, layer.title),
    ]
    if not isinstance(layer, Layer):
        return here
    return [
        *here,
        link("describedby", state.url(f"layers/{layer.id}/cells/{cell}"), JSON, "What is precise, spread, unplaced"),
    ]
