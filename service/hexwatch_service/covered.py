"""How much of what should be visited was: in cells, and in people."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.analysis.effort import coverage
from hexwatch_schemas.errors import NotFound, UsageError
from hexwatch_schemas.hexgrid import Cells
from hexwatch_schemas.words import STATES
from hexwatch_schemas.words import State as Known

from .asked import asked
from .catalogue import Layer
from .engine.grids import positions
from .routes.parameters import CoverageChoice
from .state import State, layer_of

PEOPLE = "population"


async def covered(layer: Layer, state: State, choice: CoverageChoice) -> dict[str, Any]:
    """Required base cells by what is known of them. Raises NotFound and UsageError."""
    if not layer.snapshot.watch.required.size:
        raise NotFound(f"Layer {layer.id!r} requires no area.", hint="hexwatch layer --required AREAS declares one.")
    wanted = asked(layer, choice.datetime, choice.category)
    table = await state.numbers.table(layer, wanted, layer.base)
    required = table.sums.counts["required"] > 0
    states = table.state[required]
    visited = states == Known.VISITED
    people = await _of_people(choice.people, state, table.cells[required], layer.base) if choice.people else None
    return {
        "layer": layer.id,
        "release": layer.release,
        "window": [wanted.window.first, wanted.window.last],
        "resolution": layer.base,
        "required": int(required.sum()),
        **{one: int((states == one).sum()) for one in STATES},
        "coverage": coverage(visited),
        **({} if people is None else _reached(people, visited)),
        "attribution": layer.attribution,
    }


async def _of_people(name: str, state: State, cells: Cells, resolution: int) -> NDArray[np.float64]:
    """How many live in each cell, as another layer has them; 0 where it has none."""
    layer = await layer_of(name, state)
    if PEOPLE not in layer.measures or layer.base < resolution:
        reason = f"people: layer {name!r} knows no population of hexagons of resolution {resolution}."
        raise UsageError(reason, hint="hexwatch load NAME FILE.tif --values count puts a raster of people into them.")
    table = await state.numbers.table(layer, asked(layer, None, None), resolution)
    at, there = positions(table.cells, cells)
    found = np.zeros(cells.size)
    found[there] = table.sums.expected(PEOPLE)[at[there]]
    return found


def _reached(people: NDArray[np.float64], visited: NDArray[np.bool_]) -> dict[str, Any]:
    share = coverage(visited, people)
    return {
        "people": float(people.sum()),
        "people_reached": float(people[visited].sum()),
        "coverage_of_people": None if np.isnan(share) else share,
    }
