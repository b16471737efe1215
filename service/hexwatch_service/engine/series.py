"""Time series: what the facts of a window put on some places, period by period, by one pass over those facts."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas import hexgrid

from .columns import BLOCK, Facts, Grid, Shares
from .compiled import kernel
from .masses import Wanted

Weights = NDArray[np.float64]  # by place: the part of its mass that counts
Periods = NDArray[np.int32]  # (p + 1) ascending day numbers: period i is the days from its start up to the next one's
Amount = NDArray[np.float64]  # (periods, measures), in the stored 1/scale units


def by_period(facts: Facts, periods: Periods, wanted: Wanted, weights: Weights, measures: int) -> Amount:
    """The mass of each period. Facts of several days give each period the share that its days hold."""
    amount = np.zeros((periods.size - 1, measures))
    low, high = np.searchsorted(facts.days, periods[[0, -1]])
    at = np.searchsorted(periods, facts.days[low:high], "right") - 1
    _add_days(facts, low, at, wanted, weights, amount)
    _add_long(facts, periods, wanted, weights, amount)
    return amount


def shared(shares: Shares, weights: Weights) -> Weights:
    """By support: the part of it that weighted cells get."""
    support = np.repeat(np.arange(shares.starts.size - 1), np.diff(shares.starts))
    parts = weights[shares.cell] * (shares.weight / 1e9)
    return np.bincount(support, parts, shares.starts.size - 1).astype(np.float64)


def within(grid: Grid, area: BaseGeometry) -> Weights:
    """By cell: 1 where its centre lies in an area (degrees)."""
    west, south, east, north = hexgrid.mercator(np.array(area.bounds).reshape(2, 2)).ravel()
    boxes = grid.boxes
    near = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    rows = np.flatnonzero(np.repeat(near, BLOCK)[: grid.cells.size])
    weights = np.zeros(grid.cells.size)
    shapely.prepare(area)
    weights[rows] = shapely.contains_xy(area, hexgrid.centres(grid.cells[rows]))
    return weights


@kernel
def _add_days(facts, low, at, wanted, weights, amount):
    place, category, measure, mass = facts.daily
    for d in range(at.size):
        for i in range(facts.starts[low + d], facts.starts[low + d + 1]):
            if wanted[category[i]]:
                amount[at[d], measure[i]] += mass[i] * weights[place[i]]


@kernel
def _add_long(facts, periods, wanted, weights, amount):
    place, category, measure, mass = facts.long
    for i in range(place.size):
        if not wanted[category[i]] or weights[place[i]] == 0:
            continue
        daily = mass[i] * weights[place[i]] / (facts.last[i] - facts.first[i] + 1)
        for p in range(periods.size - 1):
            held = min(periods[p + 1] - 1, facts.last[i]) - max(periods[p], facts.first[i]) + 1
            if held > 0:
                amount[p, measure[i]] += daily * held
