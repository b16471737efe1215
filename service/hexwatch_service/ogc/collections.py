"""Layers as collections (OGC API - Common Part 2, Features Part 1)."""

from __future__ import annotations

from ..catalogue import Layer
from ..state import State
from .crs import ALL, CRS84
from .documents import GEOJSON, JSON, SCHEMA, Document, link
from .formats import registry
from .question import usual_resolution

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


def description(layer: Layer) -> str:
    """One paragraph for catalogues and desktop clients."""
    shown = ", ".join(i.title for i in layer.indicators)
    return (
        f"{'Synthetic data. ' if layer.synthetic else ''}Hexagons (H3 resolution {usual_resolution(layer)}; "
        f"resolution= gives 1 to {layer.base}) of {layer.window.first} to {layer.window.last} "
        f"(datetime= gives other windows): {shown}. Release {layer.release}. {layer.attribution}"
    ).strip()


def collections(layers: list[Layer], state: State) -> Document:
    """All layers."""
    return {
        "links": [link("self", state.url("collections"), JSON, "Collections")],
        "crs": [system.uri for system in ALL],
        "collections": [collection(layer, state) for layer in layers],
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


def item_links(layer: Layer, state: State, cell: str) -> list[Document]:
    """Where to go from one feature."""
    home = state.url(f"collections/{layer.id}")
    return [
        link("self", f"{home}/items/{cell}", GEOJSON, "This hexagon"),
        link("alternate", f"{home}/items/{cell}?f=html", "text/html", "This hexagon as a page"),
        link("collection", home, JSON, layer.title),
        link("describedby", state.url(f"layers/{layer.id}/cells/{cell}"), JSON, "What is precise, spread, unplaced"),
    ]
