"""Where the rows of a table are: outlines of cells, made for those that are asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas import hexgrid

from ..catalogue import Layer
from ..engine.columns import BLOCK, Grid
from ..numbers import Table
from .crs import CRS84, Crs

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Polygons = NDArray[Any]


@dataclass(frozen=True)
class Places:
    """The outlines of a table's rows."""

    grid: Grid
    positions: Rows  # (rows) where each row's cell stands in the grid

    @classmethod
    def of(cls, layer: Layer, table: Table) -> Places:
        """The places of a layer's table."""
        return cls(layer.snapshot.grids[table.resolution - 1], np.flatnonzero(table.shown.slot >= 0))

    def rings(self, rows: Rows, crs: Crs) -> list[list[NDArray[np.float64]]]:
        """For each row its closed rings (v, 2)."""
        rings, vertices, at = self._closed(rows)
        parts = np.split(crs.project(self.grid.xy[at]), vertices[1:-1]) if rings[-1] else []
        return [parts[low:high] for low, high in zip(rings[:-1].tolist(), rings[1:].tolist(), strict=True)]

    def are_single(self, rows: Rows) -> bool:
        """Whether each row has one ring: the antimeridian cuts none of them, and none lies beyond the square."""
        at = self.positions[rows]
        return bool((self.grid.rings[at + 1] - self.grid.rings[at] == 1).all())

    def polygons(self, rows: Rows, crs: Crs = CRS84, *, several: bool = False) -> Polygons:
        """Polygons (n); multipolygons if there are `several` parts to any, or may be."""
        rings, vertices, at = self._closed(rows)
        ring = np.repeat(np.arange(vertices.size - 1), np.diff(vertices))
        parts: Any = shapely.polygons(shapely.linearrings(crs.project(self.grid.xy[at]), indices=ring))
        if not several and self.are_single(rows):
            return parts
        whole = np.repeat(np.arange(rows.size), np.diff(rings))
        empty = np.full(rows.size, shapely.MultiPolygon(), object)
        return np.asarray(shapely.multipolygons(parts, indices=whole, out=empty))

    def meeting(self, shape: BaseGeometry, predicate: Callable[..., Mask] = shapely.intersects) -> Mask:
        """Which rows (n) stand to a shape in degrees as the predicate says; it is false of what is wholly apart."""
        found = np.zeros(self.positions.size, np.bool_)
        near = self._near(shape)
        if near.size:
            shapely.prepare(shape)
            found[near] = predicate(self.polygons(near), shape)
        return found

    def touching(self, box: tuple[float, float, float, float]) -> Mask:
        """Which rows (n) touch a rectangle in degrees; for those inside the vertices are enough, no outline is made."""
        found = np.zeros(self.positions.size, np.bool_)
        shape = shapely.envelope(shapely.LineString([box[:2], box[2:]]))  # a point or a line where it has no area
        near = self._near(shape)
        inside = self._inside(near, box)
        found[near[inside]] = True
        edge = near[~inside]
        found[edge] = shapely.intersects(self.polygons(edge), shape)
        return found

    def _inside(self, rows: Rows, box: tuple[float, float, float, float]) -> Mask:
        """Whether all vertices of each row lie in a rectangle in degrees, and it has any."""
        at = self.positions[rows]
        whole = self.grid.vertices[self.grid.rings]  # where the vertices of each cell begin, whatever their rings
        begins, vertices = _slices(whole, at)
        low, high = hexgrid.mercator(np.reshape(box, (2, 2)))
        within = ((self.grid.xy >= low) & (self.grid.xy <= high)).all(axis=1)[vertices]
        inside = np.diff(np.concatenate([[0], within.cumsum()])[begins])
        return (inside == np.diff(begins)) & (inside > 0)

    def _near(self, shape: BaseGeometry) -> Rows:
        """Rows whose block of the grid may touch the shape: few others are looked at."""
        if shape.is_empty or not self.positions.size:
            return np.empty(0, np.int64)
        boxes = CRS84.from_mercator(self.grid.boxes.reshape(-1, 2)).reshape(-1, 4)
        west, south, east, north = shape.bounds
        # Rounded positions may lie this much outside of the stored ones.
        low, high = boxes[:, :2] - 1e-6, boxes[:, 2:] + 1e-6
        meet = (low[:, 0] <= east) & (high[:, 0] >= west) & (low[:, 1] <= north) & (high[:, 1] >= south)
        return np.flatnonzero(meet[self.positions // BLOCK])

    def _closed(self, rows: Rows) -> tuple[Rows, Rows, Rows]:
        """Starts of rings by row, starts of vertices by ring, and which vertices: each ring ends where it began."""
        rings, chosen = _slices(self.grid.rings, self.positions[rows])
        vertices, at = _slices(self.grid.vertices, chosen)
        ends = vertices[1:]
        closed = np.insert(at, ends, self.grid.vertices[chosen])
        return rings, vertices + np.arange(vertices.size), closed


def _slices(starts: NDArray[np.int32], which: Rows) -> tuple[Rows, Rows]:
    """Starts of the chosen slices laid end to end, and where their elements were."""
    counts = starts[which + 1] - starts[which]
    begins = np.concatenate([[0], counts.cumsum(dtype=np.int64)])
    return begins, np.arange(begins[-1]) + np.repeat(starts[which] - begins[:-1], counts)
