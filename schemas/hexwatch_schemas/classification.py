"""Class breaks for legends, tiles and pictures alike: one classification of what a window shows at a resolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .indicators import Values

MOST_CLASSES = 6
SIDE = 4  # classes of more, and as many of less
LEAST = 1e-9  # a share is a whole number of these: less is nothing
ENDLESS = 1e300  # more than any number of ours; JSON has no infinity


@dataclass(frozen=True)
class Class:
    """Values from `low` (included) to `high` (excluded, but in the last class included)."""

    low: float
    high: float
    first: bool
    last: bool

    @property
    def label(self) -> str:
        """As a legend says it; where spread mass makes the lowest value tiny, its digits would tell nothing."""
        low, high = (f"{edge:,.12g}" for edge in (self.low, self.high))
        if self.last and self.high == ENDLESS:
            return "any" if self.first else f"{low} and more"
        if self.first:
            return f"up to {high}" if self.last else f"under {high}"
        return f"{low} to {high}" if self.last else f"{low} to under {high}"


class Shift(Class):
    """Differences from `low` to `high`, both ends as in a class."""

    @property
    def label(self) -> str:
        """Which way, and by how much."""
        if self.low >= -LEAST and self.high <= LEAST:
            return "no change"
        way, near, far = ("up", self.low, self.high) if self.low > 0 else ("down", -self.high, -self.low)
        least, most = f"{near:,.12g}", f"{far:,.12g}"
        if self.first or self.last:
            return f"{way} by at most {most}" if near <= LEAST else f"{way} by {least} to {most}"
        return f"{way} by under {most}" if near <= LEAST else f"{way} by {least} to under {most}"


def changes(values: Values) -> list[Class]:
    """Classes of differences: none, and up to four on either side of it, as wide on one as on the other.

    So colours of a diverging ramp are as strong for a fall as for a rise of the same size.
    """
    sizes = np.abs(values[np.isfinite(values)])
    if not sizes.size:
        return []
    up = classify(sizes[sizes >= LEAST], most=SIDE)
    edges = [LEAST, *(c.high for c in up)]
    sides = list(pairwise(edges))
    # What a class above 0 includes its mirror below must too: there the other end of the interval is the open one.
    down = [(_beyond(-high) if high != edges[-1] else -high, _beyond(-low)) for low, high in reversed(sides)]
    every = [*down, (_beyond(-LEAST), LEAST), *sides]
    return [Shift(low, high, at == 0, at == len(every) - 1) for at, (low, high) in enumerate(every)]


def _beyond(edge: float) -> float:
    return float(np.nextafter(edge, 0))


def classify(values: Values, *, from_zero: bool = False, most: int = MOST_CLASSES) -> list[Class]:
    """Up to six (or `most`) classes of the values above 0, or from 0 on; none where there is nothing.

    Head/tail breaks (Jiang 2013, Professional Geographer 65:3) suit counts of violence, where a few cells hold most;
    edges are rounded to two digits so that a legend can be read.
    """
    seen = values[np.isfinite(values) & ((values >= 0) if from_zero else (values > 0))]
    if not seen.size:
        return []
    lowest, highest = float(seen.min()), float(seen.max())
    means = [_rounded(mean) for mean in _head_tail(seen)]
    inner = [e for e in (_around_one(means) if highest >= 2 else means) if lowest < e < highest]
    edges = [_at_most(lowest), *inner[: most - 1], _at_least(highest)]
    pairs = list(pairwise(edges))
    return [Class(low, high, at == 0, at == len(pairs) - 1) for at, (low, high) in enumerate(pairs)]


def open_ended(classes: list[Class], *, from_zero: bool = False) -> list[Class]:
    """The same classes for values that they were not made of: the lowest and the highest take whatever lies beyond."""
    lowest, every = 0.0 if from_zero else LEAST, classes or [Class(0, 0, first=True, last=True)]
    return [replace(c, low=lowest if c.first else c.low, high=ENDLESS if c.last else c.high) for c in every]


def _head_tail(seen: Values) -> list[float]:
    """The mean, then again and again the mean of what lies above it (as mapclassify, seconds to import, does)."""
    means: list[float] = []
    while seen.size > 1 and seen.min() < seen.max():
        means.append(float(seen.mean()))
        seen = seen[seen > means[-1]]
    return means


def _around_one(edges: list[float]) -> list[float]:
    """An edge at 1: below one whole report a hexagon shows mere shares of reports known to a wider area only."""
    return sorted({1.0} | {e for e in edges if not 0.5 < e < 2})


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


def _at_most(value: float) -> float:
    rounded = _rounded(value)
    return rounded if rounded <= value else _rounded(value * 0.95)


def _at_least(value: float) -> float:
    rounded = float(f"{value:.3g}")
    return rounded if rounded >= value else float(f"{value * 1.005:.3g}")
