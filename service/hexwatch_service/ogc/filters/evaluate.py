"""Which rows a filter is true of. What is not in these tables does not exist: nothing else is ever called."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas.errors import UsageError

from ..crs import Crs
from ..places import Mask
from .parse import Tree
from .space import DISJOINT, PREDICATES, is_shape, shape
from .text import Texts, folded, like, mapped, unaccented
from .truth import Truth

# Text and outlines are looked at row by row; what would take longer than about two seconds is refused beforehand.
MOST_LOOKS = 2_000_000
OF_SHAPE = 5  # an outline takes this many times the time of a text
NUMBER, TEXT = "number", "text"
_NAMES = {NUMBER: "a number", TEXT: "text"}

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power,
    "%": np.fmod, "div": lambda a, b: np.trunc(np.divide(a, b)),
}  # fmt: skip
MAPPINGS = {"casei": folded, "accenti": unaccented}


class Source(Protocol):
    """What a filter may ask of features."""

    @property
    def size(self) -> int:
        """How many rows there are."""
        ...

    @property
    def geometry(self) -> str:
        """Name of the geometry property."""
        ...

    def column(self, name: str) -> NDArray[np.float64] | Texts:
        """A property (n); NaN and "" are no value. Raises UsageError."""
        ...

    def meeting(self, shape: BaseGeometry, predicate: Callable[..., Mask]) -> Mask:
        """Which rows (n) stand to a shape as a predicate says."""
        ...


@dataclass(frozen=True)
class Value:
    """A column or one value, of a kind."""

    kind: str
    data: NDArray[Any]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where there is a value."""
        return ~np.isnan(self.data) if self.kind == NUMBER else self.data != ""


def matching(tree: Tree, source: Source, crs: Crs) -> Mask:
    """The rows (n) of which the filter is true. Raises UsageError naming what is not supported."""
    with np.errstate(all="ignore"):  # dividing by nothing gives no value
        return _Evaluation(source, crs).truth(tree).true


class _Evaluation:
    """Operations by name and number of arguments."""

    def __init__(self, source: Source, crs: Crs) -> None:
        self._source, self._crs = source, crs
        self._looks = 0
        self._predicates: dict[tuple[str, int], Callable[..., Truth]] = {
            ("not", 1): lambda inner: ~self.truth(inner),
            ("isNull", 1): self._missing,
            ("between", 3): lambda v, low, high: self._compared(">=", v, low) & self._compared("<=", v, high),
            ("in", 2): self._among,
            ("like", 2): self._like,
            **{(name, 2): partial(self._compared, name) for name in COMPARE},
            **{(name, 2): partial(self._placed, name) for name in (*PREDICATES, DISJOINT)},
        }
        self._functions: dict[tuple[str, int], Callable[..., Value]] = {
            **{(name, 1): partial(self._mapped, name) for name in MAPPINGS},
            **{(name, 2): partial(self._computed, name) for name in ARITHMETIC},
        }

    def truth(self, node: Tree) -> Truth:
        """A predicate."""
        match node:
            case bool():
                return self._constant(node)
            case {"op": "and" | "or" as word, "args": [first, *others]}:
                return self._joined(word, first, others)
            case {"op": str(name), "args": list(arguments)} if (name, len(arguments)) in self._predicates:
                return self._predicates[name, len(arguments)](*arguments)
        raise unsupported(node)

    def value(self, node: Tree) -> Value:
        """Something that can be compared."""
        match node:
            case int() | float() if not isinstance(node, bool):
                return Value(NUMBER, np.array(node, np.float64))
            case str():
                return Value(TEXT, np.array(node, np.str_))
            case {"property": str(name)}:
                return self._property(name)
            case {"op": str(name), "args": list(arguments)} if (name, len(arguments)) in self._functions:
                return self._functions[name, len(arguments)](*arguments)
        raise unsupported(node)

    def _look(self, times: int = 1) -> None:
        self._looks += times * self._source.size
        if self._looks > MOST_LOOKS:
            raise UsageError("filter: it takes too long.", hint="Ask for a coarser resolution, or compare less.")

    def _mapped(self, name: str, inner: Tree) -> Value:
        self._look()
        return Value(TEXT, mapped(MAPPINGS[name], self._of(TEXT, inner, name).data))

    def _computed(self, name: str, first: Tree, second: Tree) -> Value:
        left, right = (np.asarray(self._of(NUMBER, node, name).data) for node in (first, second))
        return Value(NUMBER, np.asarray(ARITHMETIC[name](left, right)))

    def _constant(self, holds: bool) -> Truth:
        return Truth.known(np.full(self._source.size, holds))

    def _property(self, name: str) -> Value:
        data = self._source.column(name)
        return Value(TEXT if data.dtype.kind == "U" else NUMBER, data)

    def _of(self, kind: str, node: Tree, word: str) -> Value:
        found = self.value(node)
        if found.kind != kind:
            raise UsageError(f"filter: {word} wants {_NAMES[kind]}, not {_NAMES[found.kind]}.")
        return found

    def _joined(self, word: str, first: Tree, others: list[Tree]) -> Truth:
        found = self.truth(first)
        for other in others:
            found = found & self.truth(other) if word == "and" else found | self.truth(other)
        return found

    def _compared(self, name: str, first: Tree, second: Tree) -> Truth:
        left, right = self.value(first), self.value(second)
        if left.kind != right.kind:
            raise UsageError(f"filter: {name} compares {_NAMES[left.kind]} with {_NAMES[right.kind]}.")
        true = self._over_rows(COMPARE[name](left.data, right.data))
        return Truth.where(true, self._over_rows(left.known & right.known))

    def _among(self, inner: Tree, items: list[Tree]) -> Truth:
        value = self.value(inner)
        wanted = [self._of(value.kind, item, "in").data for item in items]
        if any(item.ndim for item in wanted):  # properties in the list: rare, and compared one by one
            return self._joined(
                "or", {"op": "=", "args": [inner, items[0]]}, [{"op": "=", "args": [inner, item]} for item in items[1:]]
            )
        true = np.isin(value.data, np.array([item.item() for item in wanted]))
        return Truth.where(self._over_rows(true), self._over_rows(value.known))

    def _like(self, inner: Tree, pattern: Tree) -> Truth:
        self._look()
        value, wanted = self._of(TEXT, inner, "like"), self._of(TEXT, pattern, "like")
        if wanted.data.ndim:
            raise UsageError("filter: the pattern of like is text, not a property.")
        true = like(self._over_rows(value.data), str(wanted.data))
        return Truth.where(true, self._over_rows(value.known))

    def _placed(self, name: str, first: Tree, second: Tree) -> Truth:
        self._look(OF_SHAPE)
        if name == DISJOINT:
            return ~self._placed("s_intersects", first, second)
        predicate, turned = PREDICATES[name]
        if is_shape(first) and is_shape(second):
            both = predicate(shape(first, self._crs), shape(second, self._crs))
            return self._constant(bool(both))
        ours, other = (second, first) if is_shape(first) else (first, second)
        if ours != {"property": self._source.geometry} or not is_shape(other):
            raise UsageError(f"filter: {name} compares the property {self._source.geometry!r} with a geometry.")
        return self._meeting(shape(other, self._crs), turned if is_shape(first) else predicate)

    def _meeting(self, wanted: BaseGeometry, predicate: Callable[..., Mask]) -> Truth:
        try:
            return Truth.known(self._source.meeting(wanted, predicate))
        except shapely.errors.GEOSException:
            raise UsageError("filter: a geometry in it cannot be compared.") from None

    def _missing(self, node: Tree) -> Truth:
        known = np.array([True]) if node == {"property": self._source.geometry} else self.value(node).known
        return Truth.known(~self._over_rows(known))

    def _over_rows(self, data: Any) -> NDArray[Any]:
        return np.broadcast_to(np.asarray(data), (self._source.size,))


def unsupported(node: Tree) -> UsageError:
    """The error that names what a filter cannot have."""
    match node:
        case {"op": str(name), "args": list(arguments)}:
            hint = "Use datetime= for days." if name.startswith("t_") else None
            return UsageError(f"filter: {name[:40]}() of {len(arguments)} is not supported here.", hint=hint)
        case {"property": str(name)}:
            return UsageError(f"filter: the property {name[:40]!r} is no condition.")
        case dict():
            return UsageError(f"filter: {', '.join(map(str, node))[:40]} is not supported here.")
    return UsageError(f"filter: {str(node)[:40]!r} is not supported here.")
