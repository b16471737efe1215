"""Layers over several datasets: numbers of one, beside who looked, who lives there, what was closed or required."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import psycopg
import shapely

from hexwatch_schemas import hexgrid, indicators
from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.hexgrid import Cells
from hexwatch_schemas.words import DatasetKind, Role

from . import catalogue, outlines
from .catalogue import NAME, Dataset
from .ownership import owned
from .publish import release
from .store_rows import sql


@dataclass(frozen=True)
class Chosen:
    """A dataset, and those of its categories or areas that are meant; None: all."""

    dataset: str
    parts: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, text: str) -> Chosen:
        """What `dataset` or `dataset:part,part` names."""
        dataset, colon, parts = text.partition(":")
        return cls(dataset, tuple(filter(None, parts.split(","))) if colon else None)


@dataclass(frozen=True)
class LayerRequest:
    """What an operator asked for."""

    layer: str
    shown: str
    effort: str | None = None
    access: Chosen | None = None
    required: Chosen | None = None
    population: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Composed:
    """What was made."""

    layer: str
    release: int
    resolution: int
    indicators: list[str]
    required_cells: int


def compose(conn: psycopg.Connection, request: LayerRequest) -> Composed:
    """Declare or change a layer and publish it, on an autocommit connection. Raises UsageError and Locked."""
    _refuse_name(conn, request.layer)
    _refuse_incomplete(request)
    shown, others = catalogue.find(conn, request.shown), _others(conn, request)
    _refuse_kinds(conn, shown, others)
    base = min(d.base for d in (shown, *others.values()))
    cells = _required(conn, request.required, base) if request.required else np.empty(0, np.int64)
    with owned(conn, request.shown, [], {"layer": request.layer}) as run:
        outlines.ensure(conn, outlines.with_parents(cells, base))
        with conn.transaction():
            shows = _indicators(conn, shown, others, request)
            _declare(conn, request, shown, others, shows)
            _require(conn, request, cells)
            number, _ = release(run, request.layer)
        run.finish("published")
    return Composed(request.layer, number, base, shows, cells.size)


def _refuse_name(conn: psycopg.Connection, layer: str) -> None:
    if not NAME.fullmatch(layer):
        raise UsageError(f"{layer!r} cannot name a layer.", hint="Use up to 63 lower-case letters, digits and hyphens.")
    taken = conn.execute(sql("layers.taken"), {"layer": layer}).fetchone()
    if taken and taken[0]:
        raise UsageError(f"{layer!r} is a dataset, which has a layer of that name.", hint="Choose another name.")


def _refuse_incomplete(request: LayerRequest) -> None:
    if not request.effort and not request.population:
        raise UsageError("Nothing stands beside the dataset shown.", hint="Give --effort, --population, or both.")
    if not request.effort and (request.access or request.required):
        raise UsageError("Where nobody is known to have looked, hexagons have no states.", hint="Give --effort too.")


def _others(conn: psycopg.Connection, request: LayerRequest) -> dict[Role, Dataset]:
    access = request.access.dataset if request.access else None
    named = {Role.EFFORT: request.effort, Role.ACCESS: access, Role.POPULATION: request.population}
    return {role: catalogue.find(conn, name) for role, name in named.items() if name}


def _refuse_kinds(conn: psycopg.Connection, shown: Dataset, others: dict[Role, Dataset]) -> None:
    for role, dataset in {Role.SHOWN: shown, **others}.items():
        if role == Role.POPULATION:
            if Role.POPULATION not in _measures(conn, dataset):
                raise UsageError(
                    f"Dataset {dataset.id!r} has no population in hexagons.",
                    hint="hexwatch load NAME FILE.tif --class population --values count puts it there.",
                )
        elif dataset.kind not in (DatasetKind.EVENTS, DatasetKind.TRACKS):
            raise UsageError(f"Dataset {dataset.id!r} holds {dataset.kind.value}, which have no days.")


def _measures(conn: psycopg.Connection, dataset: Dataset) -> set[str]:
    return {name for (name,) in conn.execute(sql("layers.measures"), {"dataset": dataset.number})}


def _required(conn: psycopg.Connection, chosen: Chosen, base: int) -> Cells:
    """The cells whose centres lie in the areas, ascending. Raises UsageError where an area is not there."""
    dataset = catalogue.find(conn, chosen.dataset)
    asked = {"dataset": dataset.number, "keys": None if chosen.parts is None else list(chosen.parts)}
    areas = dict(conn.execute(sql("layers.areas"), asked).fetchall())
    _refuse_unknown(chosen, set(areas), "area")
    if not areas:
        raise UsageError(f"Dataset {chosen.dataset!r} has no areas.", hint="Load them with --kind areas.")
    return np.unique(np.concatenate([hexgrid.within(shapely.from_wkb(bytes(a)), base) for a in areas.values()]))


def _refuse_unknown(chosen: Chosen, there: set[str], word: str) -> None:
    unknown = sorted(set(chosen.parts or ()) - there)
    if unknown:
        raise UsageError(f"Dataset {chosen.dataset!r} has no {word} {', '.join(unknown)}.")


def _indicators(
    conn: psycopg.Connection, shown: Dataset, others: dict[Role, Dataset], request: LayerRequest
) -> list[str]:
    measures = _measures(conn, shown)
    if Role.EFFORT in others:
        measures |= _measures(conn, others[Role.EFFORT])
    if Role.POPULATION in others:
        measures.add("people")
    if request.required:
        measures.add("required")
    if request.access:
        measures.add("denied")
    return [i.id for i in indicators.for_measures(measures)]


def _declare(
    conn: psycopg.Connection, request: LayerRequest, shown: Dataset, others: dict[Role, Dataset], shows: list[str]
) -> None:
    said = {"layer": request.layer, "title": request.title, "shown": shown.number, "indicators": shows}
    catalogue.note_indicators(conn, [indicators.get(i) for i in shows])
    conn.execute(sql("layers.layer"), said)
    conn.execute(sql("layers.forget"), said)
    for role, dataset in {Role.SHOWN: shown, **others}.items():
        denials = _denials(conn, request, dataset) if role == Role.ACCESS else None
        part = {"layer": request.layer, "dataset": dataset.number, "role": role, "categories": denials}
        conn.execute(sql("layers.add"), part)


def _denials(conn: psycopg.Connection, request: LayerRequest, dataset: Dataset) -> list[str] | None:
    if request.access is None or request.access.parts is None:
        return None
    there = {c for (c,) in conn.execute(sql("layers.categories"), {"dataset": dataset.number})}
    _refuse_unknown(request.access, there, "category")
    return list(request.access.parts)


def _require(conn: psycopg.Connection, request: LayerRequest, cells: Cells) -> None:
    conn.execute(sql("layers.forget_required"), {"layer": request.layer})
    if request.required is None:
        return
    areas = catalogue.find(conn, request.required.dataset)
    keys = None if request.required.parts is None else list(request.required.parts)
    said = {"layer": request.layer, "areas": areas.number, "keys": keys, "cells": cells.tolist()}
    conn.execute(sql("layers.require"), said)
