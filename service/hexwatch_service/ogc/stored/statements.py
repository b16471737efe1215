"""Statements for what is asked of single records: a statement and the values that it binds, run elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.tiles import Tile

from ...database import sql as named
from ..filters.parse import parse
from ..question import boxes
from .collection import Column, Expression, Stored
from .cql import BOOLEAN, NUMBER, TEXT, Values, condition, kind_of
from .question import Asked


@dataclass(frozen=True)
class Statement:
    """SQL and what it binds."""

    text: sql.Composed
    values: dict[str, Any]


def page(stored: Stored, asked: Asked, limit: int) -> Statement:
    """The rows of a page: the names of the records, the properties asked for, the geometry as WKB in degrees."""
    values = Values()
    names = dict.fromkeys((*stored.keys, *asked.properties))
    columns = sql.SQL(", ").join(
        sql.SQL("{} as {}").format(stored.columns[name].expression, sql.Identifier(name)) for name in names
    )
    text = sql.SQL(named("records.page")).format(
        columns=columns,
        geometry=stored.geometry,
        relation=stored.relation,
        condition=_condition(stored, asked, values),
        order=_order(stored, asked),
        limit=values.bind(limit),
        offset=values.bind(asked.offset),
    )
    return Statement(text, values.bound)


def count(stored: Stored, asked: Asked) -> Statement:
    """How many there are."""
    values = Values()
    text = sql.SQL(named("records.count")).format(relation=stored.relation, condition=_condition(stored, asked, values))
    return Statement(text, values.bound)


def tile(stored: Stored, asked: Asked, address: Tile, most: int) -> Statement:
    """A vector tile of at most so many records."""
    values = Values()
    written = sql.SQL(", ").join(_in_tile(name, column) for name, column in stored.columns.items())
    z, x, y = (sql.SQL("{}::integer").format(values.bind(n)) for n in (address.z, address.x, address.y))
    text = sql.SQL(named("records.tile")).format(
        columns=written,
        geometry=stored.geometry,
        relation=stored.relation,
        condition=_condition(stored, asked, values),
        z=z,
        x=x,
        y=y,
        limit=values.bind(most),
        name=sql.SQL("{}::text").format(values.bind(stored.id)),
    )
    return Statement(text, values.bound)


def _in_tile(name: str, column: Column) -> Expression:
    """Tiles know no days: they are text there."""
    form = "({})::text as {}" if column.what.format else "{} as {}"
    return sql.SQL(form).format(column.expression, sql.Identifier(name))


def _condition(stored: Stored, asked: Asked, values: Values) -> Expression:
    named_so = zip(stored.keys, asked.name, strict=False)
    equal = (_equal(stored, name, text, values) for name, text in (*named_so, *asked.equal))
    parts = [stored.condition, *equal]
    if asked.window is not None and stored.span is not None:
        first, last = values.bind(asked.window.first), values.bind(asked.window.last)
        parts.append(sql.SQL("{} <= {} and {} >= {}").format(stored.span[0], last, stored.span[1], first))
    if asked.bbox is not None:
        near = [_within(stored, box, values) for box in boxes(asked.bbox)]
        parts.append(sql.SQL("({})").format(sql.SQL(" or ").join(near)))
    if asked.filter is not None:
        text, language, system = asked.filter
        parts.append(condition(parse(text, language), stored, system, values))
    return sql.SQL(" and ").join(parts)


def _within(stored: Stored, box: tuple[float, float, float, float], values: Values) -> Expression:
    envelope = sql.SQL("st_makeenvelope({}, {}, {}, {}, 4326)").format(*(values.bind(n) for n in box))
    return sql.SQL("({0} && {1} and st_intersects({0}, {1}))").format(stored.geometry, envelope)


def _equal(stored: Stored, name: str, text: str, values: Values) -> Expression:
    column = stored.columns[name]
    kind = kind_of(column.what)
    value: Any = text
    if kind == NUMBER:
        try:
            value = float(text)
        except ValueError:
            raise UsageError(f"{name}: {text[:40]!r} is not a number.") from None
    if kind == BOOLEAN:
        value = text == "true"
    as_text = sql.SQL("({})::text" if kind not in (NUMBER, BOOLEAN, TEXT) else "({})").format(column.expression)
    return sql.SQL("{} = {}").format(as_text, values.bind(value))


def _order(stored: Stored, asked: Asked) -> Expression:
    """In its own order where nothing else is asked, or between equals: pages neither repeat nor lose a record."""
    wanted = [
        sql.SQL("{} desc nulls last" if down else "{} asc nulls last").format(stored.columns[name].expression)
        for name, down in asked.sortby
    ]
    return sql.SQL(", ").join([*wanted, stored.order])
