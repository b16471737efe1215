"""What the features of a layer have: its schema, queryables and sortables (OGC API - Features Part 5 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..catalogue import Layer
from ..engine.mvt import STATE
from ..state import State

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRY = "geometry"
TEXTS = ("h3", STATE)  # properties that are text; all others are numbers
_STATES = "visited; not_visited: nobody looked; no_access: access was denied on every day of the window."


@dataclass(frozen=True)
class Property:
    """One property of a feature."""

    title: str
    type: str
    unit: str | None = None
    description: str | None = None
    role: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        """As JSON Schema says it; units and roles as OGC API - Features Part 5 does."""
        said = {
            "title": self.title, "description": self.description, "type": self.type,
            "x-ogc-unit": self.unit, "x-ogc-role": self.role,
        }  # fmt: skip
        return {k: v for k, v in said.items() if v is not None}


def properties(layer: Layer) -> Mapping[str, Property]:
    """The properties in the order in which they are written: the cell, then every indicator."""
    cell = Property("Cell", "string", description="H3 index, 15 hexadecimal characters.", role="id")
    state = {STATE: Property("State", "string", description=_STATES)} if layer.watched else {}
    return {"h3": cell} | {i.id: Property(i.title, "number", i.unit, i.formula) for i in layer.indicators} | state


def schema(layer: Layer, state: State, name: str, *, geometry: bool) -> dict[str, Any]:
    """A JSON Schema document of a name: `schema`, `queryables` or `sortables`."""
    said = {key: found.json for key, found in properties(layer).items()}
    if geometry:
        said[GEOMETRY] = {"title": "Outline", "format": "geometry-polygon", "x-ogc-role": "primary-geometry"}
    return {
        "$schema": _DIALECT,
        "$id": state.url(f"collections/{layer.id}/{name}"),
        "type": "object",
        "title": layer.title,
        "properties": said,
        "additionalProperties": False,
    }
