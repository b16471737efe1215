"""Layers, and the numbers of one cell."""

from __future__ import annotations

from typing import Any

import h3.api.basic_int as h3
import numpy as np
from fastapi import APIRouter

from hexwatch_schemas import hexgrid
from hexwatch_schemas.words import DatasetKind, State

from ..asked import Asked, asked, cell_of
from ..catalogue import Layer
from ..covered import covered
from ..database import sql
from ..described import layer_json
from ..engine.mvt import STATE
from ..numbers import Table
from ..past import release_at
from ..state import Held, TheLayer
from .parameters import ComparedQuery, CoverageQuery, DiffQuery, NoQuery

router = APIRouter(prefix="/layers", tags=["layers"])


@router.get("")
async def layers(state: Held, _: NoQuery) -> dict[str, Any]:
    """All layers; `stale` while the database, and so any newer release, is out of reach."""
    return {"layers": [layer_json(layer, state) for layer in state.catalogue], "stale": state.stale}


@router.get("/{layer}")
async def layer(layer: TheLayer, state: Held, _: NoQuery) -> dict[str, Any]:
    """One layer: what it shows, of which release, from whom, under which terms."""
    return layer_json(layer, state)


@router.get("/{layer}/coverage")
async def coverage(layer: TheLayer, state: Held, choice: CoverageQuery) -> dict[str, Any]:
    """How much of the required area was visited in a window, in base cells; 404 where no area is required.

    With `people`, a layer of population, also how many of those who live there had somebody come.
    """
    return await covered(layer, state, choice)


@router.get("/{layer}/diff")
async def diff(layer: TheLayer, state: Held, choice: DiffQuery) -> dict[str, Any]:
    """What was added, revised or removed between two releases (numbers or times), and what changed in each cell."""
    earlier, later = await release_at(state, layer.id, choice.earlier), await release_at(state, layer.id, choice.later)
    runs = [{b["dataset"]: b for b in row["beliefs"]}[layer.dataset] for row in (earlier, later)]
    asked = {
        "dataset": layer.dataset, "earlier": runs[0]["run"], "later": runs[1]["run"], "resolution": layer.base,
        "limit": choice.limit + 1, "until": layer.until,
    }  # fmt: skip
    topic = "past.tracks" if layer.kind == DatasetKind.TRACKS else "past.events"
    # Who sees a layer need not be somebody who reads its records.
    readable = any(one.number == layer.dataset for one in state.catalogue.stored.values())
    records = await state.records.fetch(sql(topic), asked) if readable else []
    cells = await state.database.fetch(sql("past.cells"), asked)
    return {
        "layer": layer.id,
        "from": earlier["release"],
        "to": later["release"],
        "records": records[: choice.limit],
        "cells": cells[: choice.limit],
        "truncated": max(len(records), len(cells)) > choice.limit,
        "attribution": layer.attribution,
    }


@router.get("/{layer}/cells/{cell}")
async def cell(layer: TheLayer, cell: str, state: Held, choice: ComparedQuery) -> dict[str, Any]:
    """The numbers of one hexagon: what is precise, what is expected, and what the whole layer could not place.

    With `against`, also those of that window, and the `change` since: null where it is not known.
    """
    index, wanted = cell_of(layer, cell), asked(layer, choice.datetime, choice.category, None, choice.against)
    own, *others = wanted.each
    found = await cell_json(layer, index, state, own)
    return found | await _compared(layer, index, state, wanted, others[0]) if others else found


async def cell_json(layer: Layer, index: int, state: Held, wanted: Asked) -> dict[str, Any]:
    """The numbers of a cell, wherever they are asked for."""
    table = await state.numbers.table(layer, wanted, h3.get_resolution(index))
    latitude, longitude = h3.cell_to_latlng(index)
    return {
        "h3": hexgrid.to_text(index),
        "resolution": h3.get_resolution(index),
        "center": [longitude, latitude],
        "area_km2": h3.cell_area(index, unit="km^2"),
        "layer": layer.id,
        "release": layer.release,
        "window": [wanted.window.first, wanted.window.last],
        **_numbers(layer, table, index),
        "unplaced": await state.numbers.unplaced(layer, wanted),
        "attribution": layer.attribution,
    }


async def _compared(layer: Layer, index: int, state: Held, wanted: Asked, other: Asked) -> dict[str, Any]:
    """What another window held, and the difference."""
    resolution = h3.get_resolution(index)
    then, change = [await state.numbers.table(layer, one, resolution) for one in (other, wanted)]
    return {
        "against": {"window": [other.window.first, other.window.last], **_numbers(layer, then, index)},
        "change": {name: one["value"] for name, one in _numbers(layer, change, index)["indicators"].items()},
    }


def _numbers(layer: Layer, table: Table, index: int) -> dict[str, Any]:
    """Indicators (null: no value) and, by measure, precise and spread mass; 0 where nothing was reported."""
    at = int(np.searchsorted(table.cells, index))
    here = at < table.cells.size and table.cells[at] == index
    state = {STATE: str(table.state[at]) if here else State.NOT_VISITED} if layer.watched else {}
    return state | {
        "indicators": {
            i.id: {"title": i.title, "unit": i.unit, "value": _number(table.values[i.id][at]) if here else None}
            for i in layer.indicators
        },
        "measures": {
            m: {
                "precise": _number(table.sums.precise[m][at]) if here else 0.0,
                "spread": float(table.sums.spread[m][at]) if here else 0.0,
            }
            for m in layer.measures
        },
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
