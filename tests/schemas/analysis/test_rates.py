"""Rates and their empirical Bayes estimates: the worked numbers of docs/statistics.md, and what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas.analysis.rates import empirical_bayes, rates

COUNTS, PEOPLE = [3, 0, 40, 5], [20_000, 5_000, 60_000, 15_000]


def test_the_worked_rates() -> None:
    np.testing.assert_allclose(rates(COUNTS, PEOPLE), [15, 0, 66.667, 33.333], atol=5e-4)
    np.testing.assert_allclose(empirical_bayes(COUNTS, PEOPLE), [27.726, 34.328, 63.437, 40.016], atol=5e-4)


@pytest.mark.parametrize("nobody", [0.0, np.nan])
def test_where_nobody_is_known_to_live_there_is_no_rate_and_no_influence(nobody: float) -> None:
    for estimate in (rates, empirical_bayes):
        found = estimate([*COUNTS, 7], [*PEOPLE, nobody])
        assert np.isnan(found[-1])
        np.testing.assert_array_equal(found[:-1], estimate(COUNTS, PEOPLE))


def test_where_chance_explains_all_there_is_one_rate() -> None:
    np.testing.assert_allclose(empirical_bayes([1, 1, 1], [100_000] * 3), [1, 1, 1])
    assert np.isnan(empirical_bayes([1], [0])).all()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 1_000_000)), min_size=1, max_size=30))
def test_an_estimate_lies_between_the_rate_and_the_mean(rows: list[tuple[int, int]]) -> None:
    counts, people = np.array(rows, np.float64).T
    mean = 100_000 * counts.sum() / people.sum()
    raw, found = rates(counts, people), empirical_bayes(counts, people)
    slack = 1e-9 * (1 + mean + raw)
    assert (found >= np.minimum(raw, mean) - slack).all()
    assert (found <= np.maximum(raw, mean) + slack).all()
