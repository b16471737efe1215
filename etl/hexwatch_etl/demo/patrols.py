"""Who looked: patrols along the roads and on foot, posts and flights; how they keep violence down, and report it.

When and where they go is drawn without a look at what happens, so that what follows them can be told from what would
have been without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import h3.api.basic_int as h3
import numpy as np
import shapely

from hexwatch_schemas import hexgrid
from hexwatch_schemas.hexgrid import Cells

from . import country as ground
from .country import Floats, Ints
from .reporting import DAYS

# What would happen in a cell of RESOLUTION where a patrol on the ground was, or within RINGS of it, on one of the
# LASTING days after that day, happens e^LOG_RATE times as often: half of it does.
LOG_RATE = float(np.log(0.5))
RESOLUTION, RINGS, LASTING = 6, 1, 3
# What happens as near to a patrol, on the very day it is there, is told of more often than what happens elsewhere.
TOLD_WHERE_LOOKED, TOLD_ELSEWHERE = 0.98, 0.8

BASES = ("Orrendel", "Marrigow", "Dravenny", "Brashet")
ROADS = (
    ("Orrendel", "Ospen", "Marrigow"), ("Marrigow", "Tamblock", "Dravenny"), ("Orrendel", "Little Brashet", "Brashet"),
    ("Orrendel", "Ustramo", "Ilmarrow"), ("Brashet", "Tolquen"), ("Marrigow", "Ustramo"), ("Dravenny", "Nemmerey"),
)  # fmt: skip
POSTS = (0.4, 0.78)  # on the ceasefire line, as fractions of its length
HELD = 21.0  # days; a post is held as long as it then stands empty

_TOWNS = {town.name: (town.x, town.y) for town in ground.TOWNS}
_HOURS = 24.0
_STRIDE = DAYS + LASTING + 1  # days of a cell in a key


@dataclass(frozen=True)
class Shift:
    """A kind of patrol: departures a day, their hour, km/h, minutes between pings, people, corners of the way."""

    type: str
    per_day: float
    leaves: float
    kmh: float
    every: float
    strength: int
    way: Callable[[np.random.Generator], Floats]


def _along_a_road(rng: np.random.Generator) -> Floats:
    """There and back."""
    stops = np.array([_TOWNS[name] for name in ROADS[rng.integers(len(ROADS))]], np.float64)
    there = stops if rng.random() < 0.5 else stops[::-1]
    return np.concatenate([there, there[-2::-1]])


def _around_a_base(rng: np.random.Generator, radius: float) -> Floats:
    """A round of five corners that begins and ends at a base."""
    home = np.array(_TOWNS[BASES[rng.integers(len(BASES))]], np.float64)
    turn, out = np.sort(rng.uniform(0, 2 * np.pi, 5)), radius * rng.uniform(0.4, 1, (5, 1))
    return np.concatenate([[home], home + out * np.column_stack([np.cos(turn), np.sin(turn)]), [home]])


SHIFTS = (
    Shift("vehicle", 0.45, 6.0, 40.0, 15, 8, _along_a_road),
    Shift("foot", 0.45, 6.0, 4.5, 20, 6, partial(_around_a_base, radius=4.0)),
    Shift("air", 0.06, 10.0, 160.0, 5, 3, partial(_around_a_base, radius=90.0)),
)


@dataclass(frozen=True)
class Patrols:
    """Pings, those of a track together and in order of time, as columns of equal length."""

    track: np.ndarray
    type: np.ndarray
    day: Floats  # since the start of the period, with the fraction of the day
    place: Floats  # (n, 2) kilometres
    strength: Ints

    @cached_property
    def _near(self) -> tuple[Cells, Ints, Ints]:
        """The cells near to any patrol on the ground, ascending; by (cell, day): what follows one, and what it sees."""
        on_ground = self.type != "air"
        here = np.unique(np.column_stack([_cells(self.place[on_ground]), self.day[on_ground].astype(np.int64)]), axis=0)
        around = [(cell, day) for at, day in here.tolist() for cell in h3.grid_disk(int(at), RINGS)]
        cells, days = np.array(around, np.int64).T
        known = np.unique(cells)
        seen = np.unique(np.searchsorted(known, cells) * _STRIDE + days)
        return known, np.unique(seen[:, np.newaxis] + np.arange(1, LASTING + 1)), seen

    def follow(self, days: Floats, places: Floats) -> np.ndarray:
        """Whether each day (n) at a place (n, 2) is one on which a patrol that was there still tells."""
        known, following, _ = self._near
        return _among(following, known, days, places)

    def look(self, days: Floats, places: Floats) -> np.ndarray:
        """Whether a patrol is near to each place (n, 2) on the very day (n)."""
        known, _, seen = self._near
        return _among(seen, known, days, places)

    def passed_on(self, days: Floats, places: Floats, rng: np.random.Generator) -> np.ndarray:
        """Whether somebody tells of incidents (n): more do where a patrol looks."""
        return rng.random(len(days)) < np.where(self.look(days, places), TOLD_WHERE_LOOKED, TOLD_ELSEWHERE)

    def survival(self, days: Floats, places: Floats) -> Floats:
        """Their influence: see `process.Survival`."""
        return np.exp(LOG_RATE * self.follow(days, places))


def _among(keys: Ints, known: Cells, days: Floats, places: Floats) -> np.ndarray:
    """Whether cell and day of each place are among keys of known cells."""
    cells = _cells(places)
    at = np.minimum(np.searchsorted(known, cells), known.size - 1)
    return (known[at] == cells) & np.isin(at * _STRIDE + days.astype(np.int64), keys)


def _cells(places: Floats) -> Cells:
    spots = ground.degrees(places)
    return hexgrid.from_points(spots[:, 0], spots[:, 1], RESOLUTION)


def patrols(rng: np.random.Generator) -> Patrols:
    """All patrols, posts and flights of the period."""
    parts = [*(one for shift in SHIFTS for one in _shift(shift, rng)), *_posts(rng)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Patrols(*columns)


Part = tuple[np.ndarray, np.ndarray, Floats, Floats, Ints]


def _shift(shift: Shift, rng: np.random.Generator) -> list[Part]:
    """Its patrols, each of one day."""
    days = np.sort(rng.integers(0, DAYS, rng.poisson(shift.per_day * DAYS)))
    return [_patrol(shift, f"{shift.type}-{number:04d}", int(day), rng) for number, day in enumerate(days, 1)]


def _patrol(shift: Shift, name: str, day: int, rng: np.random.Generator) -> Part:
    way = shapely.LineString(shift.way(rng))
    step = shift.kmh * shift.every / 60
    along = np.append(np.arange(0, way.length, step), way.length)
    place = shapely.get_coordinates(shapely.line_interpolate_point(way, along))
    hour = shift.leaves + rng.random() + along / shift.kmh
    return _part(name, shift.type, day + np.minimum(hour, _HOURS - 0.01) / _HOURS, place, shift.strength)


def _posts(rng: np.random.Generator) -> list[Part]:
    """Posts that are held for some weeks, then left for as long; a ping an hour, night and day."""
    spots = shapely.get_coordinates(shapely.line_interpolate_point(ground.CEASEFIRE_LINE, POSTS, normalized=True))
    starts = [(at, day) for at in range(len(POSTS)) for day in np.arange(rng.uniform(0, HELD), DAYS - HELD, 2 * HELD)]
    return [_post(f"post-{at + 1}-{int(day):03d}", float(day), spots[at]) for at, day in starts]


def _post(name: str, first: float, spot: Floats) -> Part:
    day = first + np.arange(0, HELD * _HOURS) / _HOURS
    return _part(name, "post", day, np.tile(spot, (day.size, 1)), 20)


def _part(name: str, kind: str, day: Floats, place: Floats, strength: int) -> Part:
    size = day.size
    return np.full(size, name), np.full(size, kind), day, place, np.full(size, strength, np.int64)
