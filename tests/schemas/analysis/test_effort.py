"""Coverage and deterrence: the worked numbers of docs/statistics.md, and what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas.analysis.effort import coverage, deterrence, deterrence_pairs


def test_twelve_of_nineteen_cells() -> None:
    assert coverage([True] * 12 + [False] * 7) == pytest.approx(0.632, abs=5e-4)


def test_people_count_where_they_live() -> None:
    assert coverage([True, False, True], [5000, 3000, 2000]) == 0.7
    assert np.isnan(coverage([], []))


def test_the_worked_deterrence() -> None:
    effort, encounters = [10, 20, 15, 30, 25], [4, 7, 6, 6, 6]
    np.testing.assert_allclose(deterrence_pairs(effort, encounters), [(10, 0.05), (-5, -0.20), (15, 0.04)], atol=1e-12)
    assert deterrence(effort, encounters) == pytest.approx(0.01308, abs=5e-6)


def test_a_period_without_effort_has_no_rate() -> None:
    assert np.isnan(deterrence([10, 0, 10], [4, 0, 4]))
    assert np.isfinite(deterrence([10, 20, 15, 0, 25, 10, 30, 20], [4, 7, 6, 0, 6, 3, 6, 6]))


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 99)), min_size=4, max_size=20), st.integers(2, 9))
def test_hours_or_minutes_make_no_other_sign(periods: list[tuple[int, int]], unit: int) -> None:
    effort, encounters = np.array(periods, np.float64).T
    slope, finer = deterrence(effort, encounters), deterrence(effort * unit, encounters)
    np.testing.assert_allclose(finer * unit**2, slope, rtol=1e-6, atol=1e-9)
