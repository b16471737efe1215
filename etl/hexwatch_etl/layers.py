"""Layers over several datasets: numbers of one, beside who looked, where nobody could go, and what is required."""

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
    effort: str
    access: Chosen | None = None
    required: Chosen | None = None
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
    shown, effort = catalogue.find(conn, request.shown), catalogue.find(conn, request.effort)
    access = catalogue.find(conn, request.access.dataset) if request.access else None
    used = [d for d in (shown, effort, access) if d]
    _refuse_kinds(used)
    base = min(d.base for d in used)
    cells = _required(conn, request.required, base) if request.required else np.empty(0, np.int64)
    with owned(conn, request.shown, [], {"layer": request.layer}) as run:
        outlines.ensure(conn, outlines.with_parents(cells, base))
        with conn.transaction():
            shows = _indicators(conn, shown, effort, request)
            _declare(conn, request, shown, {Role.EFFORT: effort} | ({Role.ACCESS: access} if access else {}), shows)
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


def _refuse_kinds(used: list[Dataset]) -> None:
    for dataset in used:
        if dataset.kind not in (DatasetKind.EVENTS, DatasetKind.TRACKS):
            raise UsageError(f"Dataset {dataset.id!r} holds {dataset.kind.value}, which have no days.")


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


def _indicators(conn: psycopg.Connection, shown: Dataset, effort: Dataset, request: LayerRequest) -> list[str]:
    measures = {m for d in (shown, effort) for (m,) in conn.execute(sql("layers.measures"), {"dataset": d.number})}
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
