"""Shapes in filters, and how hexagons stand to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas.errors import UsageError

from ..crs import Crs
from ..places import Mask
from ..question import boxes

Predicate = Callable[..., Mask]

# OGC 06-103r4, 6.1.15; each with the predicate that holds when its two arguments change places.
PREDICATES: Mapping[str, tuple[Predicate, Predicate]] = {
    "s_intersects": (shapely.intersects, shapely.intersects),
    "s_equals": (shapely.equals, shapely.equals),
    "s_touches": (shapely.touches, shapely.touches),
    "s_within": (shapely.within, shapely.contains),
    "s_contains": (shapely.contains, shapely.within),
    "s_overlaps": (shapely.overlaps, shapely.overlaps),
    "s_crosses": (shapely.crosses, shapely.crosses),
}
DISJOINT = "s_disjoint"


def is_shape(node: Any) -> bool:
    """Whether a node of a filter is a geometry."""
    return isinstance(node, dict) and ("bbox" in node or "coordinates" in node or "geometries" in node)


def shape(node: Any, crs: Crs) -> BaseGeometry:
    """A geometry in degrees. Raises UsageError where it is none."""
    try:
        found = _box(node["bbox"], crs) if "bbox" in node else _flat(shapely.geometry.shape(node), crs)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise UsageError("filter: a geometry in it cannot be read.") from None
    if not np.isfinite(shapely.get_coordinates(found)).all():
        raise UsageError("filter: a geometry in it has no finite coordinates.")
    return found if found.is_valid else shapely.make_valid(found)  # the standard's own examples cross themselves


def _flat(found: BaseGeometry, crs: Crs) -> BaseGeometry:
    return shapely.transform(shapely.force_2d(found), crs.to_degrees)


def _box(numbers: list[float], crs: Crs) -> BaseGeometry:
    half = len(numbers) // 2
    if len(numbers) not in (4, 6):
        raise ValueError("neither two nor three dimensions")
    corners = np.array([numbers[:2], numbers[half : half + 2]], np.float64)
    west, south, east, north = crs.to_degrees(corners).ravel().tolist()
    return shapely.union_all([shapely.box(*box) for box in boxes((west, south, east, north))])
