"""A release made by adding to the one before it says the same as one read whole."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_service.engine.additions import added, moved
from hexwatch_service.engine.columns import Amounts, Facts

Fact = tuple[int, int, int, int, int]  # first day, last day, place, category, measure

days = st.integers(0, 6)
facts = st.tuples(days, days, st.integers(0, 4), st.integers(0, 2), st.integers(0, 2)).map(
    lambda f: (min(f[:2]), max(f[:2]), *f[2:])
)
sums = st.dictionaries(facts, st.integers(1, 3), max_size=12)


def columns(said: dict[Fact, int]) -> Facts:
    """The facts as a snapshot holds them."""
    rows = np.array([(*key, amount) for key, amount in sorted(said.items())], np.int64).reshape(-1, 6)
    one = rows[:, 0] == rows[:, 1]
    days, starts = np.unique(rows[one, 0], return_index=True)

    def amounts(which: np.ndarray) -> Amounts:
        place, category, measure, amount = rows[which, 2:].T
        return Amounts(place.astype(np.int32), category.astype(np.int16), measure.astype(np.int16), amount)

    first, last = rows[~one, :2].T.astype(np.int32)
    return Facts(days.astype(np.int32), np.append(starts, one.sum()), amounts(one), first, last, amounts(~one))


def told(facts: Facts) -> list[tuple[int, ...]]:
    """What the columns say."""
    day = np.repeat(facts.days, np.diff(facts.starts))
    rows = [*zip(day, day, *facts.daily, strict=True), *zip(facts.first, facts.last, *facts.long, strict=True)]
    return sorted(tuple(map(int, row)) for row in rows)


@given(sums, st.dictionaries(facts, st.integers(-3, 3).filter(bool), max_size=12))
def test_adding_equals_reading_whole(before: dict[Fact, int], change: dict[Fact, int]) -> None:
    after = dict(before)
    for key, amount in change.items():
        after[key] = after.get(key, 0) + amount
    after = {key: amount for key, amount in after.items() if amount}
    found = added(columns(before), columns(change))
    assert told(found) == told(columns(after))
    assert np.all(np.diff(found.days) > 0)
    assert np.all(np.diff(found.starts) > 0), "a day that lost all its facts is gone"
    assert [column.dtype for column in found.daily] == [column.dtype for column in columns(before).daily]


@given(sums)
def test_places_take_their_new_positions(before: dict[Fact, int]) -> None:
    to = np.array([1, 2, 5, 6, 9], np.int32)
    expected = columns({(f, t, int(to[p]), c, m): n for (f, t, p, c, m), n in before.items()})
    assert told(moved(columns(before), to)) == told(expected)
