"""What effort reached, and what followed it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def coverage(visited: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Share (0 to 1) of the required cells (n) that were visited; NaN where nothing is required.

    `weights` (n), people for instance, make it the share of them who live where somebody came.
    """
    came = np.asarray(visited, np.bool_)
    weight = np.ones(came.size) if weights is None else np.asarray(weights, np.float64)
    return float(weight[came].sum() / weight.sum()) if weight.sum() > 0 else float("nan")


def deterrence_pairs(effort: ArrayLike, encounters: ArrayLike) -> NDArray[np.float64]:
    """Change of effort (t-1 to t) and change of encounters per effort that follows (t to t+1): rows (periods - 2, 2).

    `effort` (hours) and `encounters` of successive periods (n). The lag keeps a period's effort out of both changes: it
    would be the divisor of one of them, which alone makes them go against each other.
    """
    hours, found = np.asarray(effort, np.float64), np.asarray(encounters, np.float64)
    rate = np.divide(found, hours, out=np.full(hours.size, np.nan), where=hours > 0)
    return np.column_stack([np.diff(hours)[:-1], np.diff(rate)[1:]])


def deterrence(effort: ArrayLike, encounters: ArrayLike) -> float:
    """Slope of the least-squares line through deterrence_pairs; NaN where there are fewer than two different ones.

    Below 0: more effort was followed by fewer encounters per effort (Dobson, Milner-Gulland, Beale, Ingram & Keane
    2018, Conservation Biology 33:3). Periods without effort have no rate, and their pairs are left out.
    """
    pairs = deterrence_pairs(effort, encounters)
    more, rate = pairs[np.isfinite(pairs).all(axis=1)].T
    if more.size < 2 or np.ptp(more) == 0:
        return float("nan")
    centred = more - more.mean()
    return float((centred * (rate - rate.mean())).sum() / (centred**2).sum())
