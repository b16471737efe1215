"""What a publish added, put into the columns of the release before it: most of them stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Amounts, Facts

Rows = NDArray[np.int64]


def moved(facts: Facts, to: NDArray[np.int32]) -> Facts:
    """The same facts where place i is called to[i]."""
    if np.array_equal(to, np.arange(to.size)):
        return facts
    daily, long = (amounts._replace(place=to[amounts.place]) for amounts in (facts.daily, facts.long))
    return facts._replace(daily=daily, long=long)


def added(facts: Facts, more: Facts) -> Facts:
    """The sums of both, fact by fact. One that comes to nothing goes, as it does when it is published."""
    first, last = (facts.starts[facts.days.searchsorted(more.days, side)] for side in ("left", "right"))
    touched = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.empty(0, np.int64)])
    days = np.concatenate([np.repeat(more.days, last - first), np.repeat(more.days, np.diff(more.starts))])
    (days,), renewed = _summed((days,), _joined(_taken(facts.daily, touched), more.daily))
    ends = [facts.first, facts.last], [more.first, more.last]
    long_days, long = _summed(tuple(map(np.concatenate, zip(*ends, strict=True))), _joined(facts.long, more.long))
    starts = days.searchsorted(more.days), days.searchsorted(more.days, "right")
    daily = _each(lambda old, new: _woven(old, new, first, last, *starts), facts.daily, renewed)
    kept = ~np.isin(facts.days, more.days)
    counts = {**_counts(facts.days[kept], np.diff(facts.starts)[kept]), **_counts(*np.unique_counts(days))}
    order = np.array(sorted(counts), np.int32)
    ascending = np.cumsum([0, *(counts[day] for day in order.tolist())], dtype=np.int64)
    return Facts(order, ascending, daily, long_days[0], long_days[1], long)


def _counts(days: NDArray[Any], counts: NDArray[Any]) -> dict[int, int]:
    return dict(zip(days.tolist(), counts.tolist(), strict=True))


def _each(do: Callable[..., Any], *amounts: Amounts) -> Amounts:
    return Amounts(*map(do, *amounts))


def _taken(amounts: Amounts, rows: Rows) -> Amounts:
    return _each(lambda column: column[rows], amounts)


def _joined(some: Amounts, more: Amounts) -> Amounts:
    return _each(lambda *columns: np.concatenate(columns), some, more)


def _summed(days: tuple[NDArray[np.int32], ...], amounts: Amounts) -> tuple[Sequence[NDArray[np.int32]], Amounts]:
    """Each fact once, ordered by its days, with the sum of its amounts, if that is any."""
    order = np.lexsort((amounts.measure, amounts.category, amounts.place, *reversed(days)))
    days, amounts = tuple(column[order] for column in days), _taken(amounts, order)
    keys = (*days, amounts.place, amounts.category, amounts.measure)
    begins = np.flatnonzero(np.any([np.diff(key, prepend=-(1 << 30)) != 0 for key in _wide(keys)], axis=0))
    if not begins.size:
        return days, amounts
    sums = np.add.reduceat(amounts.amount, begins)
    some = begins[sums != 0]
    return tuple(column[some] for column in days), _taken(amounts, some)._replace(amount=sums[sums != 0])


def _wide(keys: Sequence[NDArray[Any]]) -> list[Rows]:
    return [key.astype(np.int64) for key in keys]


def _woven(column: NDArray[Any], renewed: NDArray[Any], first: Rows, last: Rows, low: Rows, high: Rows) -> NDArray[Any]:
    """The column with renewed[low[i]:high[i]] in the place of its rows first[i]:last[i]."""
    pieces, done = [], 0
    for a, b, c, d in zip(first, last, low, high, strict=True):
        pieces += [column[done:a], renewed[c:d]]
        done = b
    return np.concatenate([*pieces, column[done:]])
