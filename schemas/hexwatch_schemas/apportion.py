"""Whole shares that sum to the whole: the method of largest remainders (Hamilton; ties go to the first)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def apportion(total: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Integers (n), proportional to positive weights (n), whose sum is exactly `total`."""
    exact = weights / weights.sum() * total
    shares = np.floor(exact).astype(np.int64)
    left = total - int(shares.sum())
    # Rounded, so that a tie is a tie: 0.5 may come as 0.49999999999999994 from one weight and 0.5 from the next.
    by_remainder = np.argsort(-np.round(exact - shares, 9), kind="stable")
    shares[by_remainder[:left]] += 1
    return shares
