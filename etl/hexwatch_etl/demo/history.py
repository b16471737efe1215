"""All that happened in the made-up country, whether or not anybody told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from . import country as ground
from . import marks, process
from .background import background
from .country import Floats, Ints

TRIGGERING = process.Triggering()


@dataclass(frozen=True)
class History:
    """Incidents in order of time, as columns of equal length."""

    happened: process.Happenings
    zone: Ints  # index in Country.zones
    category: Ints  # index in marks.CATEGORIES
    deaths: Ints
    heard: np.ndarray  # whether somebody passed it on

    def __len__(self) -> int:
        return len(self.happened)

    def told(self, passed_on: np.ndarray) -> History:
        """The same where only some of it was passed on, and nothing from the unreported zone."""
        return replace(self, heard=passed_on & (self.zone != ground.country().names.index(ground.UNREPORTED_ZONE)))


def happen(
    seed: np.random.SeedSequence, days: int, scale: float, influences: Sequence[process.Survival] = ()
) -> History:
    """A history of `days` days; `scale` multiplies the number of incidents, `influences` keep some from happening."""
    of_background, of_process, of_marks = (np.random.default_rng(one) for one in seed.spawn(3))
    first = background(days, scale, of_background)
    happened = process.run(first, days, TRIGGERING, [_within_the_border, *influences], of_process)
    category = marks.categories(happened, of_marks)
    zone = ground.country().zone_of(happened.place)
    everything = np.ones(len(happened), np.bool_)
    return History(happened, zone, category, marks.deaths(category, of_marks), everything)


def _within_the_border(_days: Floats, places: Floats) -> Floats:
    """The influence of the border: what would happen beyond it does not."""
    return ground.country().inside(places).astype(np.float64)
