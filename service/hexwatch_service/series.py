"""How a layer's numbers, or one cell's, went over time: sums of days, weeks, months or years."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import orjson
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import NotFound, UsageError
from hexwatch_schemas.windows import Step, Window, periods
from hexwatch_schemas.words import DatasetKind

from .answers import SHORT, Resource
from .asked import Asked, asked, cell_of
from .catalogue import Layer
from .engine.masses import day_number, wanted_categories
from .engine.series import Amount, Weights, by_period, shared, within
from .routes.parameters import SeriesChoice, StepChoice
from .state import State

Place = int | BaseGeometry | None  # a cell, an area (by its cells' centres), or the whole layer
MOST = 1500  # periods of one answer: four years of days
USUAL = 80  # as many as a reader can tell apart on a screen


def starts(window: Window, step: Step) -> list[date]:
    """First days of the periods that touch a window, the first one cut to it. Raises UsageError for too many."""
    found = list(islice(periods(window, step), MOST + 1))  # a window may be as long as the calendar
    if len(found) > MOST:
        raise UsageError(
            f"step={step}: the window has more than {MOST:,} of them.", hint="Ask for longer steps or fewer days."
        )
    return found


def usual(window: Window) -> Step:
    """The shortest step that a reader can still tell apart."""
    lengths = {Step.DAY: 1, Step.WEEK: 7, Step.MONTH: 30}
    return next((step for step, days in lengths.items() if window.days <= days * USUAL), Step.YEAR)


def known(layer: Layer, window: Window) -> Window:
    """The part of a window on which the layer has data: beyond it a zero would be a lie. Raises UsageError for none."""
    first, last = max(window.first, layer.extent.first), min(window.last, layer.extent.last)
    if first > last:
        raise UsageError(f"datetime: layer {layer.id!r} has data of {layer.extent}.", hint="Ask for days among them.")
    return Window(first, last)


def series(layer: Layer, asked: Asked, step: Step, place: Place = None) -> dict[str, Any]:
    """By measure, arrays as long as `periods`: precise, spread, and for a whole layer what is on no hexagon."""
    snapshot, first = layer.snapshot, starts(asked.window, step)
    edges = np.array([*map(day_number, first), day_number(asked.window.last) + 1], np.int32)
    wanted, count = wanted_categories(asked.codes(layer)), len(layer.measures)
    precise, spread = _weights(layer, place)
    masses = {
        "precise": by_period(snapshot.precise, edges, wanted, precise, count),
        "spread": by_period(snapshot.spread, edges, wanted, spread, count),
    }
    if place is None:
        masses["unplaced"] = by_period(snapshot.unplaced, edges, wanted, np.ones(1), count)
    return {"step": step, "periods": first, "measures": _by_measure(layer, masses)}


def over_time(state: State, layer: Layer, choice: SeriesChoice) -> Resource:
    """The series that the parameters ask for, as JSON. Raises NotFound and UsageError."""
    wanted, step = chosen(layer, choice)
    cell = None if choice.cell is None else cell_of(layer, choice.cell)

    async def make() -> bytes:
        found = await asyncio.to_thread(series, layer, wanted, step, cell)
        return orjson.dumps(about(layer, wanted) | {"cell": choice.cell} | found)

    return Resource(
        ("series", layer.id, layer.release, layer.digest, wanted, step, cell),
        make,
        state.representations,
        media_type="application/json",
        cache_control=SHORT,
        layer=layer,
    )


def chosen(layer: Layer, choice: StepChoice) -> tuple[Asked, Step]:
    """The numbers and periods that the parameters ask for. Raises NotFound and UsageError."""
    if layer.kind == DatasetKind.RASTER:
        raise NotFound(f"Layer {layer.id!r} is a stock: it has no series.")
    wanted = asked(layer, choice.datetime, choice.category)
    wanted = replace(wanted, window=known(layer, wanted.window))
    step = choice.step or usual(wanted.window)
    starts(wanted.window, step)
    return wanted, step


def about(layer: Layer, asked: Asked) -> dict[str, Any]:
    """Whose numbers they are, and of which days."""
    window = [asked.window.first, asked.window.last]
    return {"layer": layer.id, "release": layer.release, "window": window, "attribution": layer.attribution}


def _weights(layer: Layer, place: Place) -> tuple[Weights, Weights]:
    snapshot = layer.snapshot
    if place is None:
        return np.ones(snapshot.base.cells.size), np.ones(snapshot.supports)
    if isinstance(place, BaseGeometry):
        base = within(snapshot.base, place)
        return base, shared(snapshot.shares[-1], base)
    at = h3.get_resolution(place) - 1
    base = (hexgrid.to_parent(snapshot.base.cells, at + 1) == place).astype(np.float64)
    own = (snapshot.grids[at].cells == place).astype(np.float64)
    return base, shared(snapshot.shares[at], own)


def _by_measure(layer: Layer, masses: dict[str, Amount]) -> dict[str, dict[str, list[float]]]:
    return {
        measure: {name: (mass[:, at] / layer.snapshot.scales[at]).tolist() for name, mass in masses.items()}
        for at, measure in enumerate(layer.measures)
    }
