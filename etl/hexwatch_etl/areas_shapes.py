"""From any geometry to one valid MultiPolygon, and what had to be done to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

_EARTH = np.array([-180.0, -90.0, 180.0, 90.0])
_SLACK = 1e-6  # degrees by which rounding may carry a border over the edge of the world


@dataclass(frozen=True)
class Finding:
    """A rule that a row meets or breaks, and a sentence about it."""

    rule: str
    reason: str


def polygons(shape: BaseGeometry | None) -> tuple[shapely.MultiPolygon, Finding | None]:
    """The polygons of a shape, valid (empty where it has none), and a remark if they are not as they were."""
    areas = _joined(shape)
    if not areas.is_valid:
        why = shapely.is_valid_reason(areas)
        repaired = shapely.make_valid(areas, method="structure", keep_collapsed=False)
        return _joined(repaired), Finding("repaired", f"the outline was invalid, {why}, and was repaired")
    if not areas.is_empty and any(part.geom_type != "Polygon" for part in _parts(shape)):
        return areas, Finding("parts-dropped", "points or lines beside the polygons were left out")
    return areas, None


def refusal(shape: BaseGeometry | None, areas: shapely.MultiPolygon) -> Finding | None:
    """Why a shape whose polygons are `areas` cannot be an area."""
    if shape is None or shape.is_empty:
        return Finding("missing-geometry", "there is no outline")
    if areas.is_empty:
        return Finding("not-an-area", f"a {shape.geom_type} encloses nothing")
    if not on_earth(areas):
        return Finding("impossible-coordinates", f"the outline leaves the earth: {_bounds(areas)}")
    return None


def on_earth(shape: BaseGeometry) -> bool:
    """Do all coordinates, taken as degrees, lie on the earth?"""
    west, south, east, north = shape.bounds
    return bool((np.array([west, south, -east, -north]) >= _EARTH * [1, 1, -1, -1] - _SLACK).all())


def _joined(shape: BaseGeometry | None) -> shapely.MultiPolygon:
    found = [part for part in _parts(shape) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon([shapely.force_2d(part) for part in found])


def _parts(shape: BaseGeometry | None) -> Iterator[BaseGeometry]:
    """The simple geometries in a shape, however deep its collections are nested."""
    if shape is None or shape.is_empty:
        return
    if isinstance(shape, BaseMultipartGeometry):
        for part in shape.geoms:
            yield from _parts(part)
    else:
        yield shape


def _bounds(shape: BaseGeometry) -> str:
    return ", ".join(f"{edge:g}" for edge in shape.bounds)
