"""What the features of a layer have: its schema, queryables and sortables (OGC API - Features Part 5 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ..catalogue import Layer
from ..engine.mvt import STATE
from .property import Property

if TYPE_CHECKING:
    from ..state import State
    from .stored.collection import Stored

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRY = "geometry"
TEXTS = ("h3", STATE)  # properties that are text; all others are numbers
_STATES = "visited; not_visited: nobody looked; no_access: access was denied on every day of the window."


class Described(Protocol):
    """A collection that knows its own properties."""

    @property
    def properties(self) -> Mapping[str, Property]:
        """Properties by name, in the order in which they are written."""
        ...


def properties(collection: Layer | Described) -> Mapping[str, Property]:
    """The properties in the order in which they are written; of a layer the cell, then every indicator."""
    return _of_layer(collection) if isinstance(collection, Layer) else collection.properties


def _of_layer(layer: Layer) -> Mapping[str, Property]:
    cell = Property("Cell", "string", description="H3 index, 15 hexadecimal characters.", role="id")
    state = {STATE: Property("State", "string", description=_STATES)} if layer.watched else {}
    return {"h3": cell} | {i.id: Property(i.title, "number", i.unit, i.formula) for i in layer.indicators} | state


def schema(layer: Layer | Stored, state: State, name: str, *, geometry: bool) -> dict[str, Any]:
    """A JSON Schema document of a name: `schema`, `queryables` or `sortables`."""
    said = {key: found.json for key, found in properties(layer).items()}
    if geometry:
        form = "polygon" if isinstance(layer, Layer) else layer.geometry_type.lower()
        said[GEOMETRY] = {"title": "Geometry", "format": f"geometry-{form}", "x-ogc-role": "primary-geometry"}
    return {
        "$schema": _DIALECT,
        "$id": state.url(f"collections/{layer.id}/{name}"),
        "type": "object",
        "title": layer.title,
        "properties": said,
        "additionalProperties": False,
    }
