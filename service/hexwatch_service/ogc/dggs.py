"""H3 as a discrete global grid (OGC API - DGGS): its zones are the cells of a layer."""

from __future__ import annotations

from collections.abc import Iterable

import h3.api.basic_int as h3
import numpy as np
import shapely

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.hexgrid import Cells

from ..catalogue import Layer
from ..numbers import Table
from ..state import State
from .crs import CRS84
from .documents import JSON, Document, link
from .schema import properties

GRID = "H3"
BINARY = "application/x-binary"

_URI = "http://www.opengis.net/def/dggrs/OGC/1.0/H3"
_REL = "http://www.opengis.net/def/rel/ogc/1.0"
_DEFINITION = "https://h3geo.org/docs/core-library/overview"


def only_h3(grid: str) -> None:
    """Raises NotFound for any other grid."""
    if grid != GRID:
        raise NotFound(f"There is no grid {grid[:40]!r}.", hint=f"There is: {GRID}.")


def zone(text: str) -> int:
    """The cell of a zone's name. Raises NotFound."""
    try:
        return hexgrid.from_text(text)
    except (ValueError, OverflowError):
        raise NotFound(f"{text[:20]!r} is not an H3 cell.", hint="Write its 15 hexadecimal characters.") from None


def layer_cell(layer: Layer, text: str) -> int:
    """A cell of one of a layer's resolutions, by the one name that it has. Raises NotFound."""
    cell = zone(text)
    if hexgrid.to_text(cell) != text or not 1 <= h3.get_resolution(cell) <= layer.base:
        raise NotFound(f"Layer {layer.id!r} has cells of resolution 1 to {layer.base}.")
    return cell


def grids(state: State, layer: Layer | None) -> Document:
    """The one grid, of a layer or of all."""
    home = _home(state, layer)
    links = [
        link("self", f"{home}/{GRID}", JSON, GRID),
        link(f"{_REL}/dggrs-definition", _DEFINITION, "text/html", GRID),
    ]
    return {
        "links": [link("self", home, JSON, "Discrete global grids")],
        "dggrs": [{"id": GRID, "title": "H3 hexagons", "uri": _URI, "links": links}],
    }


def grid(state: State, layer: Layer | None) -> Document:
    """The grid's description."""
    home = f"{_home(state, layer)}/{GRID}"
    templates = [link(f"{_REL}/dggrs-zone-query", f"{home}/zones", JSON, "Zones")] if layer else []
    if layer:
        data = f"{home}/zones/{{zoneId}}/data"
        templates.append(link(f"{_REL}/dggrs-zone-data", data, JSON, "Numbers of a zone", templated=True))
    return {
        "id": GRID,
        "title": "H3 hexagons",
        "description": "Hexagons and twelve pentagons on an icosahedron, each about a seventh of its parent; "
        "a parent is not exactly the union of its children, so only depth 0 is served.",
        "uri": _URI,
        "crs": CRS84.uri,
        "defaultDepth": 0,
        "maxRelativeDepth": 0,
        "maxRefinementLevel": layer.base if layer else 15,
        "links": [
            link("self", home, JSON, GRID),
            link(f"{_REL}/dggrs-definition", _DEFINITION, "text/html", "Definition"),
            *templates,
        ],
    }


def zone_info(state: State, layer: Layer | None, cell: int) -> Document:
    """What a zone is, and where its numbers are."""
    name, home = hexgrid.to_text(cell), f"{_home(state, layer)}/{GRID}"
    longitude, latitude = hexgrid.centres(np.array([cell]))[0].tolist()
    data = [link(f"{_REL}/dggrs-zone-data", f"{home}/zones/{name}/data", JSON, "Its numbers")] if layer else []
    return {
        "id": name,
        "shapeType": "pentagon" if h3.is_pentagon(cell) else "hexagon",
        "level": h3.get_resolution(cell),
        "crs": CRS84.uri,
        "centroid": [longitude, latitude],
        "bbox": hexgrid.bounds(np.array([cell])),
        "areaMetersSquare": h3.cell_area(cell, unit="m^2"),
        "geometry": _outline(cell),
        "links": [
            link("self", f"{home}/zones/{name}", JSON, name),
            link(f"{_REL}/dggrs", home, JSON, GRID),
            *data,
        ],
    }


def _outline(cell: int) -> Document:
    """As a feature, which is what the standard's schema has; in two parts where the antimeridian cuts the zone."""
    degrees = shapely.transform(hexgrid.outlines(np.array([cell]))[0], CRS84.project)
    shape = degrees.geoms[0] if len(degrees.geoms) == 1 else degrees
    return {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}


def _home(state: State, layer: Layer | None) -> str:
    return state.url(f"collections/{layer.id}/dggs" if layer else "dggs")


def zones_as_numbers(cells: Cells) -> bytes:
    """How many, then the zones, as little-endian 64-bit integers."""
    return np.concatenate([[cells.size], cells]).astype("<u8").tobytes()


def zone_data(layer: Layer, table: Table, cell: int, names: Iterable[str]) -> Document:
    """The numbers of one zone as DGGS-JSON: null is no value. Raises NotFound where the window has nothing there."""
    rows = np.flatnonzero(table.cells == cell)
    if not rows.size:
        raise NotFound(f"Layer {layer.id!r} has nothing on zone {hexgrid.to_text(cell)} in {table.sums.window}.")
    found = {name: float(table.values[name][rows[0]]) for name in names}
    return {
        "dggrs": _URI,
        "zoneId": hexgrid.to_text(cell),
        "depths": [0],
        "schema": {"type": "object", "properties": {name: properties(layer)[name].json for name in found}},
        "values": {name: [_one(value)] for name, value in found.items()},
        "release": layer.release,
        "window": str(table.sums.window),
        "attribution": layer.attribution,
    }


def _one(value: float) -> Document:
    return {"depth": 0, "shape": {"count": 1, "subZones": 1}, "data": [None if np.isnan(value) else value]}
