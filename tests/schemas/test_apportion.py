"""Shares by largest remainder."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas.apportion import apportion


def test_ten_deaths_over_four_populations() -> None:
    """docs/statistics.md, row 1: exact shares 5, 3, 1.5, 0.5; whole ones 5, 3, 2, 0, ties first."""
    assert apportion(10, np.array([5000.0, 3000.0, 1500.0, 500.0])).tolist() == [5, 3, 2, 0]


@given(st.integers(0, 10**9), st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=200))
def test_shares_sum_to_the_whole_and_are_within_one_of_exact(total: int, weights: list[float]) -> None:
    exact = np.array(weights) / sum(weights) * total
    shares = apportion(total, np.array(weights))
    assert shares.sum() == total
    assert (np.abs(shares - exact) < 1 + 1e-6).all()
