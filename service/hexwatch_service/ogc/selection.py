"""Which rows of a layer's table a question selects, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import UsageError

from ..catalogue import Layer
from ..engine.mvt import STATE
from ..numbers import Table
from .filters.evaluate import matching
from .filters.parse import parse
from .places import Mask, Places, Rows
from .question import Question, boxes
from .schema import GEOMETRY


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
    column = features.column(name)
    if column.dtype.kind == "U":
        return column == text
    try:
        return column == float(text)
    except ValueError:
        raise UsageError(f"{name}: {text[:40]!r} is not a number.") from None


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
