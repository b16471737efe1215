"""Statements for what is asked of single records: a statement and the values that it binds, run elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from psycopg import sql

from hexwatch_schemas.tiles import BUFFER, EXTENT, Tile

from ...database import sql as named
from ..filters.parse import parse
from ..question import Box, boxes
from .collection import Column, Expression, Stored
from .cql import Values, condition
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
    first_day, last_day = stored.span or (sql.NULL, sql.NULL)
    columns = sql.SQL(", ").join(
        sql.SQL("{} as {}").format(stored.columns[name].expression, sql.Identifier(name)) for name in names
    )
    text = sql.SQL(named("records.page")).format(
        columns=columns,
        geometry=stored.geometry,
        first_day=first_day,
        last_day=last_day,
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


def tile(stored: Stored, asked: Asked, address: Tile, box: Box, most: int) -> Statement:
    """A vector tile of at most so many of the records asked for; its box is in degrees."""
    values = Values()
    z, x, y = (sql.SQL("{}::integer").format(values.bind(n)) for n in (address.z, address.x, address.y))
    text = sql.SQL(named("records.tile")).format(
        columns=sql.SQL(", ").join(_in_tile(name, stored.columns[name]) for name in asked.properties),
        geometry=stored.geometry,
        relation=stored.relation,
        condition=_condition(stored, replace(asked, bbox=box), values),
        foremost=stored.foremost,
        box=_envelope(box, values),
        tolerance=values.bind(360 / 2**address.z / EXTENT),
        z=z, x=x, y=y, side=sql.Literal(EXTENT), buffer=sql.Literal(BUFFER),
        limit=values.bind(most),
        name=sql.SQL("{}::text").format(values.bind(stored.id)),
    )  # fmt: skip
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


def _within(stored: Stored, box: Box, values: Values) -> Expression:
    return sql.SQL("({0} && {1} and st_intersects({0}, {1}))").format(stored.geometry, _envelope(box, values))


def _envelope(box: Box, values: Values) -> Expression:
    return sql.SQL("st_makeenvelope({}, {}, {}, {}, 4326)").format(*(values.bind(n) for n in box))


def _equal(stored: Stored, name: str, text: str, values: Values) -> Expression:
    column = stored.columns[name]
    return sql.SQL("({}) = {}").format(column.expression, values.bind(column.what.written(name, text)))


def _order(stored: Stored, asked: Asked) -> Expression:
    """In its own order where nothing else is asked, or between equals: pages neither repeat nor lose a record."""
    wanted = [
        sql.SQL("{} desc nulls last" if down else "{} asc nulls last").format(stored.columns[name].expression)
        for name, down in asked.sortby
    ]
    return sql.SQL(", ").join([*wanted, stored.order])
