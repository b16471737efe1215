"""Which rows of a layer's table a question selects, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import UsageError

from ..catalogue import Layer
from ..engine.mvt import STATE
from ..numbers import Table
from .crs import Crs
from .filters.evaluate import matching
from .filters.parse import parse
from .places import Mask, Places, Rows
from .property import Property
from .question import Question, boxes
from .schema import GEOMETRY, properties


@dataclass(frozen=True)
class Features:
    """A table as features: each row a cell with its outline and values."""

    layer: Layer
    table: Table

    geometry = GEOMETRY

    @property
    def size(self) -> int:
        """How many there are."""
        return self.table.cells.size

    @cached_property
    def places(self) -> Places:
        """Their outlines."""
        return Places.of(self.layer, self.table)

    @cached_property
    def _texts(self) -> NDArray[np.str_]:
        return np.array(hexgrid.texts(self.table.cells.tolist()), np.str_)

    def column(self, name: str) -> NDArray[np.float64] | NDArray[np.str_]:
        """A property (n): cells as text, values as floats (NaN: none). Raises UsageError."""
        if name in ("h3", "id"):
            return self._texts
        if name == STATE and self.layer.watched:
            return self.table.state
        try:
            return self.table.values[name]
        except KeyError:
            there = ", ".join(["h3", *self.layer.columns, GEOMETRY])
            raise UsageError(f"filter: there is no property {name[:40]!r}.", hint=f"There are: {there}.") from None

    def meeting(self, shape: BaseGeometry, predicate: Callable[..., Mask]) -> Mask:
        """Which rows (n) stand to a shape in degrees as a predicate says."""
        return self.places.meeting(shape, predicate)


@dataclass(frozen=True)
class Page:
    """Some of the features that a question matches."""

    features: Features
    question: Question
    rows: Rows
    matched: int

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, if there is one."""
        end = self.question.offset + self.rows.size
        return end if self.rows.size and end < self.matched else None

    @property
    def size(self) -> int:
        """How many rows there are."""
        return self.rows.size

    @property
    def limit(self) -> int | None:
        """How many were asked for; None: the format decides."""
        return self.question.limit

    @property
    def offset(self) -> int:
        """How many stand before them."""
        return self.question.offset

    @property
    def names(self) -> tuple[str, ...]:
        """The properties that are written."""
        return self.question.properties

    @property
    def fields(self) -> Mapping[str, Property]:
        """What each of them is."""
        there = properties(self.features.layer)
        return {name: there[name] for name in self.names}

    @property
    def crs(self) -> Crs:
        """The reference system asked for."""
        return self.question.crs

    @property
    def about(self) -> Mapping[str, Any]:
        """Of what the numbers are."""
        asked = self.question.asked
        categories = ",".join(asked.categories or ()) or "all"
        return {
            "window": str(asked.window), "categories": categories, "resolution": self.features.table.resolution
        }  # fmt: skip

    @property
    def kind(self) -> str:
        """The one type of all outlines: files have columns of one type."""
        return "Polygon" if self.features.places.are_single(self.rows) else "MultiPolygon"

    @property
    def has_gaps(self) -> bool:
        """Whether some have no place: no hexagon has none."""
        return False

    def ids(self) -> list[str]:
        """The names of the features."""
        return hexgrid.texts(self.features.table.cells[self.rows].tolist())

    def times(self) -> list[tuple[date, date]]:
        """First and last day of each: those of the window."""
        window = self.question.asked.window
        return [(window.first, window.last)] * self.size

    def geometries(self) -> list[Any]:
        """GeoJSON geometries, their coordinates arrays; a cell beyond the mercator square has none there."""
        return [_geometry(parts) for parts in self.paths(self.crs)]

    def paths(self, crs: Crs) -> list[list[NDArray[np.float64]]]:
        """For each row its lines (v, 2) as a picture draws them."""
        return self.features.places.rings(self.rows, crs)

    def locations(self) -> None:
        """What a table needs beside the name of the cell: nothing."""
        return

    def shapes(self, crs: Crs, kind: str) -> NDArray[Any]:
        """The outlines (n), all of a kind."""
        return self.features.places.polygons(self.rows, crs, several=kind == "MultiPolygon")

    def strength(self) -> list[float]:
        """How strongly a picture fills each row, 0 to 1.

        By rank of the first indicator: counts of violence are so skewed that their sizes would show one hexagon.
        """
        first = next(iter(self.features.table.values.values()), None)
        if first is None:
            return [0.5] * self.size
        found = np.nan_to_num(first[self.rows])
        rank = np.searchsorted(np.sort(found), found, "right") / max(found.size, 1)
        return (0.15 + 0.75 * rank).round(2).tolist()

    def values(self, name: str) -> list[str] | list[float | None]:
        """The values (rows) of a property; None: no value."""
        if name == "h3":
            return hexgrid.texts(self.features.table.cells[self.rows].tolist())
        if name == STATE:
            return self.features.table.state[self.rows].tolist()
        found = self.features.table.values[name][self.rows]
        return [None if math.isnan(value) else value for value in found.tolist()]

    def pieces(self, size: int) -> list[Page]:
        """The same in pieces of at most so many rows, for what is written as a stream."""
        return [replace(self, rows=self.rows[at : at + size]) for at in range(0, self.rows.size, size)]


def _geometry(parts: list[NDArray[np.float64]]) -> dict[str, Any] | None:
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in parts]} if parts else None


def selected(layer: Layer, table: Table, question: Question, limit: int | None) -> Page:
    """The page that a question asks for, of at most `limit` rows. Raises UsageError where its filter cannot be read."""
    features = Features(layer, table)
    rows = _ordered(features, np.flatnonzero(_mask(features, question)), question)
    end = None if limit is None else question.offset + limit
    return Page(features, question, rows[question.offset : end], rows.size)


def _mask(features: Features, question: Question) -> Mask:
    mask = np.ones(features.size, np.bool_)
    for name, text in question.equal:
        mask &= _equal(features, name, text)
    if question.filter is not None:
        text, language, system = question.filter
        mask &= matching(parse(text, language), features, system)
    if question.parent is not None:
        level = h3.get_resolution(question.parent)
        mask &= hexgrid.to_parent(features.table.cells, level) == question.parent
    if question.bbox is not None:
        mask &= np.any([features.places.touching(box) for box in boxes(question.bbox)], axis=0)
    return mask


def _equal(features: Features, name: str, text: str) -> Mask:
    return features.column(name) == properties(features.layer)[name].written(name, text)


def _ordered(features: Features, rows: Rows, question: Question) -> Rows:
    """Cells ascend where nothing else is asked, or between equals: pages neither repeat nor lose a feature."""
    if not question.sortby:
        return rows
    keys = [_sort_key(features, rows, name, down) for name, down in reversed(question.sortby)]
    return rows[np.lexsort([rows, *keys])]


def _sort_key(features: Features, rows: Rows, name: str, down: bool) -> NDArray[np.float64] | Rows:
    """What has no value comes last either way."""
    whole = {"h3": features.table.cells, STATE: features.table.shown.states}
    found = whole[name] if name in whole else features.table.values[name]
    return -found[rows] if down else found[rows]
