"""How a layer is described to clients: one JSON form for the listing, the layer's page and the map."""

from __future__ import annotations

from typing import Any

from hexwatch_schemas.indicators import Indicator
from hexwatch_schemas.words import STATES

from .catalogue import Layer
from .ogc.stored.collection import Stored
from .state import State

MVT = "application/vnd.mapbox-vector-tile"
ARROW = "application/vnd.apache.arrow.stream"
_PLACE = "{z}/{x}/{y}.mvt"


def layer_json(layer: Layer, state: State) -> dict[str, Any]:
    """Everything a client needs to add and to cite the layer."""
    return {
        "id": layer.id,
        "title": layer.title,
        "kind": layer.kind,
        "synthetic": layer.synthetic,
        "indicators": [_indicator_json(i) for i in layer.indicators],
        "default_indicator": layer.indicators[0].id if layer.indicators else None,
        "states": list(STATES) if layer.watched else [],
        "categories": [{"id": c, "title": c.replace("_", " ").capitalize()} for c in layer.categories],
        "bounds": list(layer.bounds),
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "resolutions": {str(z): layer.resolution(z) for z in range(layer.minzoom, layer.maxzoom + 1)},
        "window": [layer.window.first, layer.window.last],
        "data_from": layer.extent.first,
        "data_through": layer.extent.last,
        "release": layer.release,
        "as_of": layer.published_at,
        "digest": layer.digest,
        "attribution": layer.attribution,
        "licence": layer.licence,
        "citation": layer.citation,
        "links": _links(layer, state),
    }


def _indicator_json(indicator: Indicator) -> dict[str, Any]:
    said = {k: getattr(indicator, k) for k in ("id", "title", "unit", "formula", "source")}
    return said | {"needs": sorted(indicator.needs)}


def tile_url(layer: Layer | Stored, state: State, query: str = "") -> str:
    """The address of a collection's newest tiles, with the placeholders that every client knows.

    Styles and TileJSON name it without a release: they are saved in projects that outlive many releases.
    """
    return state.url(f"tiles/{layer.id}/{_PLACE}") + (f"?{query}" if query else "")


def qgis_url(layer: Layer | Stored, state: State) -> str:
    """The connection to paste into QGIS (Add Vector Tile Layer): it would stop at zoom 14 and never ask TileJSON."""
    return f"type=xyz&url={tile_url(layer, state)}&zmin={layer.minzoom}&zmax={layer.maxzoom}"


def _links(layer: Layer, state: State) -> list[dict[str, str]]:
    links = [
        _link(state, "self", f"layers/{layer.id}", "application/json", "This layer"),
        _link(state, "tilejson", f"tiles/{layer.id}/tilejson.json", "application/json", "Vector tiles (TileJSON 3.0)"),
        _link(state, "tiles", f"tiles/{layer.id}/{_PLACE}", MVT, "Vector tiles of the newest release"),
        _link(state, "tiles-of-release", f"tiles/{layer.id}/r{layer.release}/{_PLACE}", MVT, "Those of this release"),
        _link(state, "cells-arrow", f"cells/{layer.id}/{{h3}}.arrow", ARROW, "The cells below one cell (Arrow stream)"),
        {
            "rel": "qgis",
            "href": qgis_url(layer, state),
            "type": "text/plain",
            "title": "Vector tile connection for QGIS",
        },
        _link(state, "cells", f"layers/{layer.id}/cells/{{h3}}", "application/json", "The numbers of one cell"),
    ]
    for i in layer.indicators:
        links.append(
            _link(state, "style", f"styles/{layer.id}/{i.id}.json", "application/vnd.mapbox.style+json", i.title)
        )
        links.append(_link(state, "legend", f"legend/{layer.id}/{i.id}.json", "application/json", i.title))
    return links


def _link(state: State, rel: str, path: str, media_type: str, title: str) -> dict[str, str]:
    return {"rel": rel, "href": state.url(path), "type": media_type, "title": title}
