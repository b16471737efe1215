"""Whether more effort was followed by fewer encounters: the periods of a layer that knows who looked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from hexwatch_schemas.analysis.effort import deterrence, deterrence_pairs
from hexwatch_schemas.errors import NotFound, UsageError
from hexwatch_schemas.windows import Step, Window, periods

from .asked import Asked, asked, cell_of
from .catalogue import Layer
from .routes.parameters import SeriesChoice
from .series import known, series, starts

NEEDS = ("events", "seconds")
_DAY = timedelta(days=1)


def whole(window: Window, step: Step) -> Window:
    """The periods that lie wholly in a window: half a month has half the effort. Raises UsageError for none."""
    openings = [day for day in periods(Window(window.first - _DAY, window.last + _DAY), step) if day >= window.first]
    if len(openings) < 2:
        raise UsageError(f"step={step}: {window} holds no whole one.", hint="Ask for shorter steps or more days.")
    return Window(openings[0], openings[-1] - _DAY)


async def deterred(layer: Layer, choice: SeriesChoice) -> dict[str, Any]:
    """What was done and met in each period, and the slope of the one on the other. Raises NotFound and UsageError."""
    if not set(NEEDS) <= set(layer.measures):
        hint = "`hexwatch layer NAME --of INCIDENTS --effort PATROLS` declares one."
        raise NotFound(f"Layer {layer.id!r} does not know both incidents and hours of patrols.", hint=hint)
    step, wanted = choice.step or Step.MONTH, asked(layer, choice.datetime, choice.category)
    window = known(layer, wanted.window)
    starts(window, step)
    wanted = replace(wanted, window=whole(window, step))
    cell = None if choice.cell is None else cell_of(layer, choice.cell)
    return await asyncio.to_thread(_answer, layer, wanted, step, cell, choice.cell)


def _answer(layer: Layer, wanted: Asked, step: Step, cell: int | None, text: str | None) -> dict[str, Any]:
    found = series(layer, wanted, step, cell)
    met, seconds = (_on_hexagons(found["measures"][measure]) for measure in NEEDS)
    hours = seconds / 3600
    return {
        "layer": layer.id,
        "release": layer.release,
        "cell": text,
        "window": [wanted.window.first, wanted.window.last],
        "step": step,
        "periods": found["periods"],
        "hours": hours.tolist(),
        "encounters": met.tolist(),
        "pairs": [_pair(*pair) for pair in deterrence_pairs(hours, met)],
        "slope": _number(deterrence(hours, met)),
        "attribution": layer.attribution,
    }


def _on_hexagons(amounts: dict[str, list[float]]) -> np.ndarray:
    """Expected amounts (periods); what is on no hexagon, nobody can have met."""
    return np.array(amounts["precise"]) + np.array(amounts["spread"])


def _pair(more: float, rate: float) -> dict[str, float | None]:
    return {"more_hours": _number(more), "more_encounters_per_hour": _number(rate)}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
