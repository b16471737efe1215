"""What each incident was: its category, which tends to repeat that of the one that set it off, and its deaths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .background import SOURCES
from .country import Ints
from .process import Happenings

REPEATS = 0.5  # probability that an incident is of the category of its parent


@dataclass(frozen=True)
class Category:
    """`code` is the reporter's; `deadly` the share with deaths, `more` the mean number of deaths beyond the first."""

    name: str
    code: str
    deadly: float
    more: float


CATEGORIES = (
    Category("battle", "BATTLE", 0.72, 3.6),
    Category("shelling", "SHELL", 0.45, 2.2),
    Category("attack_on_civilians", "CIVIL", 0.62, 2.0),
    Category("abduction", "ABDUCT", 0.06, 0.3),
    Category("ceasefire_violation", "CFV", 0.10, 0.6),
    Category("protest", "PROTEST", 0.03, 0.5),
    Category("improvised_explosive", "IED", 0.48, 1.5),
)

# Share of each category, in the order of CATEGORIES, where nothing is repeated.
MIX = {
    "ceasefire line": (0.20, 0.27, 0.05, 0.02, 0.43, 0.01, 0.02),
    "road": (0.14, 0.02, 0.27, 0.15, 0.02, 0.03, 0.37),
    "towns": (0.08, 0.03, 0.20, 0.14, 0.01, 0.49, 0.05),
    "countryside": (0.22, 0.05, 0.40, 0.20, 0.03, 0.03, 0.07),
    "western pastures": (0.25, 0.02, 0.50, 0.20, 0.00, 0.01, 0.02),
}


def categories(incidents: Happenings, rng: np.random.Generator) -> Ints:
    """Index in CATEGORIES of each incident."""
    own = _drawn(incidents.source, rng)
    repeats = (rng.random(len(incidents)) < REPEATS) & (incidents.parent >= 0)
    for generation in range(1, int(incidents.generation.max(initial=0)) + 1):
        rows = repeats & (incidents.generation == generation)
        own[rows] = own[incidents.parent[rows]]
    return own


def deaths(category: Ints, rng: np.random.Generator) -> Ints:
    """Deaths of each incident of a category: often none, and a long tail."""
    deadly = np.array([one.deadly for one in CATEGORIES])[category]
    more = np.array([one.more for one in CATEGORIES])[category]
    tail = rng.poisson(more * rng.standard_gamma(0.7, len(category)) / 0.7)
    return np.where(rng.random(len(category)) < deadly, 1 + tail, 0).astype(np.int64)


def _drawn(source: Ints, rng: np.random.Generator) -> Ints:
    """A category of each source's mix, by the inverse of its cumulative shares."""
    shares = np.cumsum([MIX[one.name] for one in SOURCES], axis=1)[source]
    shares[:, -1] = 1.0  # whatever rounding made of it
    return (rng.random(len(source))[:, None] >= shares).sum(axis=1)
