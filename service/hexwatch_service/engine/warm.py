"""Compiles the kernels before anybody waits for them."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import numpy as np

from hexwatch_schemas.tiles import Tile
from hexwatch_schemas.windows import Window

from . import counts, masses, mvt, series, snapshot, states
from .read import nothing
from .snapshot import Snapshot


def warm() -> None:
    """Do everything once with a release of nothing: the arrays' types are all that a compiler looks at."""
    with tempfile.TemporaryDirectory() as folder:
        snapshot.build(nothing(1)).write(Path(folder))
        opened = Snapshot.open(Path(folder))
    day = date(1970, 1, 1)
    wanted = masses.wanted_categories(None)
    mass = masses.in_window(opened.precise, Window(day, day), wanted, (0, 1))
    series.by_period(opened.precise, np.zeros(2, np.int32), wanted, np.ones(0), 1)
    counts.counted(opened, Window(day, day), wanted, opened.base)
    masses.rolled_up(mass, opened.base)
    masses.spread_out(mass, opened.shares[0], opened.base)
    states.states(opened, Window(day, day), mass, opened.base)
    shown = mvt.Shown(np.empty(0, np.int32), np.empty((1, 0), np.int64), np.empty(0, np.int8))
    mvt.encode("", opened.base, shown, mvt.Columns.of({"": 0}), Tile(0, 0, 0))
