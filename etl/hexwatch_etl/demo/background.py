"""Where and when violence starts by itself: a few sources, each with a place, a course over time and a size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from . import country as ground
from .country import Floats
from .process import Happenings

TURN = 330.0  # day on which the ceasefire line has calmed down half-way and the road has caught half its fire

Anchors = Callable[[np.random.Generator, int], Floats]  # n places (n, 2), in kilometres


@dataclass(frozen=True)
class Source:
    """`expected` incidents over the whole period at scale 1, `spread` kilometres (one sigma) around `anchors`.

    `course` of days is proportional to the intensity.
    """

    name: str
    expected: float
    spread: float
    course: Callable[[Floats], Floats]
    anchors: Anchors


def _along(line: shapely.LineString, *flash_points: float) -> Anchors:
    """A third evenly along the line, the rest around flash points given as fractions of its length."""

    def anchors(rng: np.random.Generator, count: int) -> Floats:
        near = rng.choice(flash_points, count) + 0.025 * rng.standard_normal(count)
        at = np.where(rng.random(count) < 1 / 3, rng.random(count), np.clip(near, 0, 1))
        return shapely.get_coordinates(shapely.line_interpolate_point(line, at, normalized=True))

    return anchors


def _around(x: float, y: float) -> Anchors:
    return lambda _rng, count: np.tile((x, y), (count, 1)).astype(np.float64)


def _in_towns(rng: np.random.Generator, count: int) -> Floats:
    people = np.array([town.people for town in ground.TOWNS])
    chosen = rng.choice(len(people), size=count, p=people / people.sum())
    return shapely.get_coordinates(ground.points(ground.TOWNS))[chosen]


def _anywhere(rng: np.random.Generator, count: int) -> Floats:
    """Evenly over the country's bounding box: what falls outside does not survive the border."""
    west, south, east, north = ground.country().outline.bounds
    return np.column_stack((rng.uniform(west, east, count), rng.uniform(south, north, count)))


def _rising(days: Floats) -> Floats:
    return 0.04 + 1 / (1 + np.exp((TURN - days) / 40))


def _falling(days: Floats) -> Floats:
    return 0.06 + 1 / (1 + np.exp((days - TURN) / 40))


SOURCES = (
    Source("ceasefire line", 1380, 6.0, _falling, _along(ground.CEASEFIRE_LINE, 0.12, 0.33, 0.47, 0.7, 0.86)),
    Source("road", 1230, 4.0, _rising, _along(ground.ROAD, 0.12, 0.38, 0.52, 0.74, 0.93)),
    Source("towns", 820, 5.0, np.ones_like, _in_towns),
    Source("countryside", 420, 0.0, np.ones_like, _anywhere),
    Source("western pastures", 170, 14.0, np.ones_like, _around(-206, -22)),  # nobody reports from there
)


def background(days: int, scale: float, rng: np.random.Generator) -> Happenings:
    """Incidents that nothing set off, of all SOURCES, over `days` days; numbers are Poisson."""
    return Happenings.concat([_of(source, index, days, scale, rng) for index, source in enumerate(SOURCES)])


def _of(source: Source, index: int, days: int, scale: float, rng: np.random.Generator) -> Happenings:
    count = int(rng.poisson(source.expected * scale))
    weights = source.course(np.arange(days, dtype=np.float64))
    day: Floats = rng.choice(days, size=count, p=weights / weights.sum()) + rng.random(count)
    places = source.anchors(rng, count) + source.spread * rng.standard_normal((count, 2))
    return Happenings.first(day, places, np.full(count, index, dtype=np.int64))
