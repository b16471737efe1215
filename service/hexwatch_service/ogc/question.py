"""What a request for items asks: read strictly, so that a typo changes no number."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import QueryParams

from hexwatch_schemas.errors import UsageError

from ..asked import Asked, asked
from ..catalogue import Layer
from ..routes.parameters import Choice, Nothing
from . import crs
from .crs import Crs
from .filters.parse import LANGUAGES, known_language
from .schema import Described, properties

MOST = 10_000  # features of one page
USUAL = 100
FURTHEST = 10**9
COMFORTABLE = 15_000  # cells; above these a collection is drawn coarser: clients read it whole, by thousands

Box = tuple[float, float, float, float]  # west, south, east, north
Model = TypeVar("Model", bound=BaseModel)


class RecordChoice(Nothing):
    """Parameters of one record."""

    datetime: str | None = Field(None, max_length=100, description="Days that it has to touch.")
    crs: str | None = Field(None, max_length=200, description="URI of the reference system of the answer.")
    f: str | None = Field(None, max_length=40, description="The format, where Accept cannot be set.")


class ItemChoice(Choice, RecordChoice):
    """Parameters of one hexagon."""


class ItemsChoice(ItemChoice):
    """Parameters of items; any other is a property that has to equal the value."""

    bbox: str | None = Field(None, max_length=400, description="west,south,east,north; west > east crosses 180°.")
    bbox_crs: str | None = Field(None, alias="bbox-crs", max_length=200, description="Reference system of bbox.")
    limit: int | None = Field(None, ge=1, description="How many features at most.")
    offset: int = Field(0, ge=0, le=FURTHEST, description="How many features to leave out.")
    resolution: int | None = Field(None, ge=1, le=15, description="H3 resolution of the hexagons.")
    properties: str | None = Field(None, max_length=2000, description="Properties to write, separated by commas.")
    sortby: str | None = Field(None, max_length=500, description="Properties to sort by; -name descends.")
    filter: str | None = Field(None, description="A CQL2 expression.")
    filter_lang: str | None = Field(None, alias="filter-lang", max_length=40, description="cql2-text or cql2-json.")
    filter_crs: str | None = Field(None, alias="filter-crs", max_length=200, description="Reference system of filter.")


@dataclass(frozen=True)
class Question:
    """Which features, in which order, how many, with which properties."""

    asked: Asked
    resolution: int
    bbox: Box | None  # degrees
    filter: tuple[str, str, Crs] | None  # text, language, its reference system
    equal: tuple[tuple[str, str], ...]  # property, value as written
    sortby: tuple[tuple[str, bool], ...]  # property, whether it descends
    properties: tuple[str, ...]
    crs: Crs
    limit: int | None  # None: the format decides
    offset: int
    parent: int | None = None  # only cells within this one


def read(layer: Layer, said: Mapping[str, str]) -> tuple[Question, str | None]:
    """The question that parameters ask, and `f`. Raises UsageError that names the one which cannot be read."""
    ours = {field.alias or name for name, field in ItemsChoice.model_fields.items()}
    choice = validated(ItemsChoice, {k: v for k, v in said.items() if k in ours})
    question = Question(
        asked=asked(layer, choice.datetime, choice.category),
        resolution=_resolution(layer, choice.resolution),
        bbox=box_of(choice.bbox, crs.named(choice.bbox_crs, "bbox-crs")),
        filter=filter_of(choice),
        equal=tuple((k, v) for k, v in said.items() if k not in ours and known(layer, k, "parameter")),
        sortby=tuple(order_of(layer, choice.sortby)),
        properties=properties_of(layer, choice.properties),
        crs=crs.named(choice.crs, "crs"),
        limit=None if choice.limit is None else min(choice.limit, MOST),
        offset=choice.offset,
    )
    return question, choice.f


def once(raw: QueryParams) -> dict[str, str]:
    """Parameters by name. Raises UsageError where one comes twice, or holds what no text of a database can."""
    times = Counter(name for name, _ in raw.multi_items())
    twice = next((name for name, count in times.items() if count > 1), None)
    if twice is not None:
        raise UsageError(f"{twice[:40]!r} is said more than once.", hint="Say it once, with commas between its parts.")
    nil = next((name for name, value in raw.items() if "\0" in value), None)
    if nil is not None:
        raise UsageError(f"{nil[:40]!r} holds the character NUL.", hint="Leave it out: no text here has one.")
    return dict(raw)


def validated(model: type[Model], said: Mapping[str, str]) -> Model:
    """The parameters as a model has them. Raises UsageError."""
    try:
        return model.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{'.'.join(map(str, first['loc']))[:40]}: {first['msg']}.") from None


def usual_resolution(layer: Layer) -> int:
    """The finest resolution at which a release has at most 15,000 cells: desktop clients read collections whole."""
    grids = layer.snapshot.grids
    fitting = (r for r in range(layer.base, 0, -1) if grids[r - 1].cells.size <= COMFORTABLE)
    return next(fitting, 1)


def _resolution(layer: Layer, said: int | None) -> int:
    if said is None:
        return usual_resolution(layer)
    if said > layer.base:
        raise UsageError(f"resolution: layer {layer.id!r} has resolutions 1 to {layer.base}.")
    return said


def box_of(text: str | None, system: Crs) -> Box | None:
    """Degrees of a bbox, if there is one. Raises UsageError."""
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise UsageError(f"bbox: {text[:60]!r} is not four numbers.", hint="Write west,south,east,north.")
    half = len(numbers) // 2  # six have heights, which hexagons do not
    corners = np.array([numbers[:2], numbers[half : half + 2]])
    west, south, east, north = system.to_degrees(corners).ravel().tolist()
    if south > north:
        raise UsageError("bbox: the south lies north of the north.", hint="Write west,south,east,north.")
    return west, south, east, north


def boxes(bbox: Box) -> list[Box]:
    """The box, or the two of one that crosses the antimeridian."""
    west, south, east, north = bbox
    return [bbox] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


def filter_of(choice: ItemsChoice) -> tuple[str, str, Crs] | None:
    """The filter, its language and reference system. Raises UsageError where these are not read, filter or not."""
    system = crs.named(choice.filter_crs, "filter-crs")
    language = known_language(LANGUAGES[0] if choice.filter_lang is None else choice.filter_lang)
    return None if choice.filter is None else (choice.filter, language, system)


def order_of(layer: Layer | Described, text: str | None) -> list[tuple[str, bool]]:
    """Properties to sort by, and whether each descends. Raises UsageError."""
    wanted = [(part.lstrip("+- "), part.startswith("-")) for part in text.split(",")] if text is not None else []
    return [(name, down) for name, down in wanted if known(layer, name, "sortby")]


def properties_of(layer: Layer | Described, text: str | None) -> tuple[str, ...]:
    """The properties to write, in their own order. Raises UsageError."""
    there = properties(layer)
    if text is None:
        return tuple(there)
    wanted = {name for name in text.split(",") if name and known(layer, name, "properties")}
    return tuple(name for name in there if name in wanted)


def known(layer: Layer | Described, name: str, parameter: str) -> bool:
    """True. Raises UsageError where there is no such property."""
    there = properties(layer)
    if name not in there:
        raise UsageError(f"{parameter}: there is no {name[:40]!r}.", hint=f"There are: {', '.join(there)}.")
    return True
