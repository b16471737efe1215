"""Violence that breeds violence: a self-exciting point process in space and time (Hawkes 1971; Ogata 1998)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from .country import Floats, Ints

# Probability (n,) that an incident on a day (n,) at a place (n, 2) happens. What does not happen sets off nothing.
Survival = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Triggering:
    """What one incident does to the future."""

    branching: float = 0.4  # incidents it sets off on average, directly; below 1, or violence would never end
    mean_delay: float = 10.0  # days, exponential
    spread: float = 5.0  # kilometres, one sigma along each axis


@dataclass(frozen=True)
class Happenings:
    """Incidents as columns of equal length."""

    day: Floats  # since the start of the period, with the fraction of the day
    place: Floats  # (n, 2) kilometres
    source: Ints  # index of the background source it descends from
    parent: Ints  # row of the incident that set it off; -1: none did
    generation: Ints  # 0: nothing set it off

    @classmethod
    def first(cls, day: Floats, place: Floats, source: Ints) -> Happenings:
        """Incidents that nothing set off."""
        return cls(day, place, source, np.full(len(day), -1, dtype=np.int64), np.zeros(len(day), dtype=np.int64))

    @classmethod
    def concat(cls, parts: Iterable[Happenings]) -> Happenings:
        """All rows, in order; `parent` is taken over as it is."""
        parts = list(parts)
        return cls(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(cls)))

    def __len__(self) -> int:
        return len(self.day)

    def take(self, rows: Ints | np.ndarray) -> Happenings:
        """The rows of an index or a mask; `parent` is taken over as it is."""
        return Happenings(*(getattr(self, column.name)[rows] for column in fields(self)))


def run(
    background: Happenings, days: int, triggering: Triggering, influences: Sequence[Survival], rng: np.random.Generator
) -> Happenings:
    """Background and all that it set off within `days` days, parents before children; influences act independently."""
    generations, start = [_surviving(background, days, influences, rng)], 0
    while len(generations[-1]):
        children = _children(generations[-1], start, triggering, rng)
        start += len(generations[-1])
        generations.append(_surviving(children, days, influences, rng))
    return _in_order_of_time(Happenings.concat(generations))


def _children(parents: Happenings, start: int, triggering: Triggering, rng: np.random.Generator) -> Happenings:
    """What one generation sets off; its own rows begin at `start`."""
    parent = np.repeat(np.arange(len(parents)), rng.poisson(triggering.branching, len(parents)))
    day = parents.day[parent] + rng.exponential(triggering.mean_delay, len(parent))
    place = parents.place[parent] + triggering.spread * rng.standard_normal((len(parent), 2))
    return Happenings(day, place, parents.source[parent], parent + start, parents.generation[parent] + 1)


def _surviving(some: Happenings, days: int, influences: Sequence[Survival], rng: np.random.Generator) -> Happenings:
    probability = np.prod([influence(some.day, some.place) for influence in influences], axis=0)
    return some.take((rng.random(len(some)) < probability) & (some.day < days))


def _in_order_of_time(all_of_them: Happenings) -> Happenings:
    order = np.argsort(all_of_them.day, kind="stable")
    row = np.empty(len(order) + 1, dtype=np.int64)
    row[order] = np.arange(len(order))
    row[-1] = -1  # so that "no parent", -1, stays what it is
    ordered = all_of_them.take(order)
    return Happenings(ordered.day, ordered.place, ordered.source, row[ordered.parent], ordered.generation)
