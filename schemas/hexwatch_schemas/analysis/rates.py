"""Rates of a population, and what is left of them when chance is taken into account."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

PER = 100_000


def rates(counts: ArrayLike, people: ArrayLike) -> NDArray[np.float64]:
    """Counts (n) per 100,000 people (n); NaN where nobody lives, or it is not known who does."""
    found, living = np.asarray(counts, np.float64), np.asarray(people, np.float64)
    return PER * np.divide(found, living, out=np.full(found.size, np.nan), where=living > 0)


def empirical_bayes(counts: ArrayLike, people: ArrayLike) -> NDArray[np.float64]:
    """Rates (n) per 100,000, each drawn to the mean of all by as much as chance may have made it: few people, much.

    The global estimator of Marshall (1991, Applied Statistics 40:2), moments weighted by people. NaN where there is no
    rate; where rates differ no more than chance alone would make them, all have the mean.
    """
    raw, living = rates(counts, people) / PER, np.asarray(people, np.float64)
    known = np.isfinite(raw)
    if not known.any():
        return raw
    weights, all_ = living[known], living[known].sum()
    mean = float((raw[known] * weights).sum() / all_)
    spread = float((weights * (raw[known] - mean) ** 2).sum() / all_) - mean / weights.mean()
    if spread <= 0:
        return np.where(known, PER * mean, np.nan)
    chance = np.divide(mean, living, out=np.full(living.size, np.nan), where=known)
    return PER * (mean + spread / (spread + chance) * (raw - mean))
