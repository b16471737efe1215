"""What a request for single records asks: read as strictly as one for hexagons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hexwatch_schemas.windows import Window, parse

from .. import crs
from ..crs import Crs
from ..question import (
    MOST,
    Box,
    ItemsChoice,
    RecordChoice,
    box_of,
    filter_of,
    known,
    order_of,
    properties_of,
    validated,
)
from .collection import Stored

OF_HEXAGONS = frozenset(("category", "resolution"))  # parameters that records do not have, or have as properties
EVER = Window(date(1, 1, 1), date(9999, 12, 31))


@dataclass(frozen=True)
class Asked:
    """Which records, in which order, how many, with which properties."""

    window: Window | None
    bbox: Box | None  # degrees
    filter: tuple[str, str, Crs] | None  # text, language, its reference system
    equal: tuple[tuple[str, str], ...]  # property, value as written
    sortby: tuple[tuple[str, bool], ...]  # property, whether it descends
    properties: tuple[str, ...]
    crs: Crs
    limit: int | None  # None: the format decides
    offset: int
    name: tuple[str, ...] = ()  # values of the keys: only that record


def only(stored: Stored, name: str, choice: RecordChoice) -> Asked | None:
    """The question for the one record of a name; None where no record can have it. Raises UsageError."""
    system, window = crs.named(choice.crs, "crs"), _window(stored, choice.datetime)
    parts = tuple(name.rsplit(".", len(stored.keys) - 1))
    if len(parts) != len(stored.keys) or "\0" in name:
        return None
    return Asked(window, None, None, (), (), tuple(stored.columns), system, 1, 0, parts)


def read(stored: Stored, said: Mapping[str, str]) -> tuple[Asked, str | None]:
    """The question that parameters ask, and `f`. Raises UsageError that names the one which cannot be read."""
    ours = {field.alias or name for name, field in ItemsChoice.model_fields.items()} - OF_HEXAGONS
    choice = validated(ItemsChoice, {k: v for k, v in said.items() if k in ours})
    asked = Asked(
        window=_window(stored, choice.datetime),
        bbox=box_of(choice.bbox, crs.named(choice.bbox_crs, "bbox-crs")),
        filter=filter_of(choice),
        equal=tuple((k, v) for k, v in said.items() if k not in ours and known(stored, k, "parameter")),
        sortby=tuple(order_of(stored, choice.sortby)),
        properties=properties_of(stored, choice.properties),
        crs=crs.named(choice.crs, "crs"),
        limit=None if choice.limit is None else min(choice.limit, MOST),
        offset=choice.offset,
    )
    return asked, choice.f


def _window(stored: Stored, said: str | None) -> Window | None:
    return None if said is None else parse(said, stored.extent or EVER)
