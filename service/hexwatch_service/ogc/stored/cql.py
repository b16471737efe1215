"""Filters as SQL. What is not in these tables does not exist; values are bound and never become part of a statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import shapely
from psycopg import sql

from hexwatch_schemas.errors import UsageError

from ..crs import Crs
from ..filters.evaluate import ARITHMETIC, COMPARE, unsupported
from ..filters.parse import Tree
from ..filters.space import DISJOINT, PREDICATES, is_shape, shape
from ..property import Property
from ..schema import GEOMETRY
from .collection import Column, Expression, Stored
from .times import RELATIONS, moment

NUMBER, TEXT, BOOLEAN, TIME = "a number", "text", "a truth", "a time"
_KINDS = {"number": NUMBER, "integer": NUMBER, "string": TEXT, "boolean": BOOLEAN}

# Dividing by nothing gives no value.
_ARITHMETIC: Mapping[str, sql.SQL] = {
    "+": sql.SQL("({} + {})"), "-": sql.SQL("({} - {})"), "*": sql.SQL("({} * {})"),
    "/": sql.SQL("({} / nullif({}, 0))"),
    "^": sql.SQL("power({}, {})"), "%": sql.SQL("mod({}::numeric, nullif({}, 0)::numeric)::double precision"),
    "div": sql.SQL("trunc({} / nullif({}, 0))"),
}  # fmt: skip
_MAPPINGS: Mapping[str, sql.SQL] = {
    "casei": sql.SQL("lower({})"),
    "accenti": sql.SQL("regexp_replace(normalize({}, NFD), '[\\u0300-\\u036f]', '', 'g')"),
}
_COMPARE = {name: sql.SQL(name) for name in ("=", "<>", "<", "<=", ">", ">=")}
_SPATIAL: Mapping[str, sql.SQL] = {
    "s_intersects": sql.SQL("st_intersects({}, {})"), "s_equals": sql.SQL("st_equals({}, {})"),
    "s_touches": sql.SQL("st_touches({}, {})"), "s_within": sql.SQL("st_within({}, {})"),
    "s_contains": sql.SQL("st_contains({}, {})"), "s_overlaps": sql.SQL("st_overlaps({}, {})"),
    "s_crosses": sql.SQL("st_crosses({}, {})"), "s_disjoint": sql.SQL("st_disjoint({}, {})"),
}  # fmt: skip
assert _COMPARE.keys() == COMPARE.keys()
assert _SPATIAL.keys() == {*PREDICATES, DISJOINT}
assert _ARITHMETIC.keys() == ARITHMETIC.keys(), "hexagons and records know the same arithmetic"


def kind_of(what: Property) -> str:
    """The kind of value that a property has."""
    return TIME if what.format in ("date", "date-time") else _KINDS[what.type]


class Values:
    """Values that a statement binds, by the names that it has for them."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}

    def bind(self, value: Any) -> sql.Placeholder:
        """The value's place in the statement."""
        name = f"p{len(self.bound)}"
        self.bound[name] = value
        return sql.Placeholder(name)


@dataclass(frozen=True)
class Term:
    """Something that can be compared; `end` is the last moment of an interval."""

    kind: str
    expression: Expression
    end: Expression | None = None


def condition(tree: Tree, stored: Stored, crs: Crs, values: Values) -> Expression:
    """The condition that a filter is. Raises UsageError naming what is not supported."""
    return _Translation(stored, crs, values).truth(tree)


class _Translation:
    """Operations by name and number of arguments."""

    def __init__(self, stored: Stored, crs: Crs, values: Values) -> None:
        self._stored, self._crs, self._values = stored, crs, values
        self._predicates: dict[tuple[str, int], Callable[..., Expression]] = {
            ("not", 1): lambda inner: sql.SQL("(not {})").format(self.truth(inner)),
            ("isNull", 1): self._missing,
            ("between", 3): self._between,
            ("in", 2): self._among,
            ("like", 2): self._like,
            **{(name, 2): partial(self._compared, name) for name in COMPARE},
            **{(name, 2): partial(self._placed, name) for name in (*PREDICATES, DISJOINT)},
            **{(name, 2): partial(self._timed, name) for name in RELATIONS},
        }
        self._functions: dict[tuple[str, int], Callable[..., Term]] = {
            **{(name, 1): partial(self._mapped, name) for name in _MAPPINGS},
            **{(name, 2): partial(self._computed, name) for name in _ARITHMETIC},
        }

    def truth(self, node: Tree) -> Expression:
        """A predicate."""
        match node:
            case bool():
                return sql.SQL("true") if node else sql.SQL("false")
            case {"op": "and" | "or" as word, "args": [*parts]} if parts:
                joint = sql.SQL(" and ") if word == "and" else sql.SQL(" or ")
                return sql.SQL("({})").format(joint.join([self.truth(part) for part in parts]))
            case {"op": str(name), "args": list(arguments)} if (_named(name), len(arguments)) in self._predicates:
                return self._predicates[_named(name), len(arguments)](*arguments)
            case {"property": str(name)} if (found := self._property(name)).kind == BOOLEAN:
                return found.expression
        raise unsupported(node)

    def value(self, node: Tree) -> Term:
        """Something that can be compared."""
        match node:
            case bool() | int() | float() | str():
                return self._literal(node)
            case {"property": str(name)}:
                return self._property(name)
            case {"date": str(text)} | {"timestamp": str(text)}:
                return self._instant(text)
            case {"interval": [first, last]}:
                return Term(TIME, self._end(first, "-infinity"), self._end(last, "infinity"))
            case {"op": str(name), "args": [*parts]} if (name, len(parts)) in self._functions:
                return self._functions[name, len(parts)](*parts)
        raise unsupported(node)

    def _literal(self, value: bool | float | str) -> Term:
        match value:
            case bool():
                return Term(BOOLEAN, sql.SQL("{}::boolean").format(self._values.bind(value)))
            case str():
                return Term(TEXT, sql.SQL("{}::text").format(self._values.bind(value)))
        return Term(NUMBER, sql.SQL("{}::double precision").format(self._values.bind(float(value))))

    def _mapped(self, name: str, inner: Tree) -> Term:
        return Term(TEXT, _MAPPINGS[name].format(self._of(TEXT, inner, name).expression))

    def _computed(self, name: str, first: Tree, second: Tree) -> Term:
        both = (self._of(NUMBER, part, name).expression for part in (first, second))
        return Term(NUMBER, _ARITHMETIC[name].format(*both))

    def _instant(self, text: str) -> Term:
        return Term(TIME, sql.SQL("{}::timestamptz").format(self._values.bind(moment(text))))

    def _end(self, node: Tree, infinity: str) -> Expression:
        if node == "..":
            return sql.SQL("{}::timestamptz").format(sql.Literal(infinity))
        return (self._instant(node) if isinstance(node, str) else self._of(TIME, node, "interval")).expression

    def _column(self, name: str) -> Column:
        known = self._stored.columns
        if name == "id" and name not in known:
            name = self._stored.keys[0]
        if name not in known:
            raise UsageError(
                f"filter: there is no property {name[:40]!r}.", hint=f"There are: {', '.join([*known, GEOMETRY])}."
            )
        return known[name]

    def _property(self, name: str) -> Term:
        found = self._column(name)
        if kind_of(found.what) == TIME:
            moment_of = sql.SQL("({}::timestamp at time zone 'UTC')" if found.what.format == "date" else "{}")
            return Term(TIME, moment_of.format(found.expression))
        kind = _KINDS[found.what.type]
        as_float = sql.SQL("({})::double precision").format(found.expression)
        return Term(kind, as_float if kind == NUMBER else sql.SQL("({})").format(found.expression))

    def _of(self, kind: str, node: Tree, word: str) -> Term:
        found = self.value(node)
        if kind == TIME and isinstance(node, str):
            return self._instant(node)
        if found.kind != kind or found.end is not None:
            raise UsageError(f"filter: {word} wants {kind}, not {'an interval' if found.end else found.kind}.")
        return found

    def _alike(self, word: str, *nodes: Tree) -> list[Expression]:
        """Terms of one kind; text beside a time is read as one."""
        times = any(not isinstance(node, str) and self.value(node).kind == TIME for node in nodes)
        first = TIME if times else self.value(nodes[0]).kind
        return [self._of(first, node, word).expression for node in nodes]

    def _compared(self, name: str, first: Tree, second: Tree) -> Expression:
        left, right = self._alike(name, first, second)
        return sql.SQL("({} {} {})").format(left, _COMPARE[name], right)

    def _between(self, inner: Tree, low: Tree, high: Tree) -> Expression:
        return sql.SQL("({} between {} and {})").format(*self._alike("between", inner, low, high))

    def _among(self, inner: Tree, items: list[Tree]) -> Expression:
        value, *wanted = self._alike("in", inner, *items)
        return sql.SQL("({} in ({}))").format(value, sql.SQL(", ").join(wanted))

    def _like(self, inner: Tree, pattern: Tree) -> Expression:
        both = (self._of(TEXT, node, "like").expression for node in (inner, pattern))
        return sql.SQL("({} like {})").format(*both)

    def _timed(self, name: str, first: Tree, second: Tree) -> Expression:
        (a, b), (c, d) = (self._ends(node, name) for node in (first, second))
        return RELATIONS[name].format(a=a, b=b, c=c, d=d)

    def _ends(self, node: Tree, word: str) -> tuple[Expression, Expression]:
        found = self._instant(node) if isinstance(node, str) else self.value(node)
        if found.kind != TIME:
            raise UsageError(f"filter: {word} wants {TIME}, not {found.kind}.")
        return found.expression, found.end or found.expression

    def _placed(self, name: str, first: Tree, second: Tree) -> Expression:
        return _SPATIAL[name].format(self._shape(name, first), self._shape(name, second))

    def _shape(self, name: str, node: Tree) -> Expression:
        if node == {"property": GEOMETRY}:
            return self._stored.geometry
        if not is_shape(node):
            if isinstance(node, dict) and "op" in node:
                raise unsupported(node)
            raise UsageError(f"filter: {name} compares the property {GEOMETRY!r} with a geometry.")
        bound = self._values.bind(shapely.to_wkb(shape(node, self._crs)))
        return sql.SQL("st_geomfromwkb({}, 4326)").format(bound)

    def _missing(self, node: Tree) -> Expression:
        found = self._stored.geometry if node == {"property": GEOMETRY} else self.value(node).expression
        return sql.SQL("({} is null)").format(found)


def _named(name: str) -> str:
    """Temporal operators are written in any case."""
    return name.lower() if name.lower() in RELATIONS else name
