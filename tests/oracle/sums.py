"""Window sums read from the facts by SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

import numpy as np

from hexwatch_schemas.indicators import Values, WindowSums
from hexwatch_schemas.windows import Window

Row = tuple[int, str, float, float]  # cell, measure, precise, spread


class Asked(TypedDict):
    """The parameters of the statements in sums.sql."""

    dataset: int
    resolution: int
    first: object
    last: object
    categories: Sequence[int] | None


def asked(dataset: int, resolution: int, window: Window, categories: Sequence[int] | None = None) -> Asked:
    """The parameters for one dataset, resolution, window and choice of categories (None: all)."""
    return Asked(
        dataset=dataset,
        resolution=resolution,
        first=window.first,
        last=window.last,
        categories=None if categories is None else list(categories),
    )


def from_rows(rows: Iterable[Row], measures: Sequence[str], window: Window) -> WindowSums:
    """Columns of the rows of `sums.on_cells`; a measure that a cell has no fact of is 0 there."""
    table = list(rows)
    cells, at = np.unique(np.array([r[0] for r in table], np.int64), return_inverse=True)
    precise: dict[str, Values] = {m: np.zeros(cells.size) for m in measures}
    spread: dict[str, Values] = {m: np.zeros(cells.size) for m in measures}
    for i, (_, measure, exact, shared) in zip(at.tolist(), table, strict=True):
        precise[measure][i] = exact
        spread[measure][i] = shared
    return WindowSums(cells, window, precise, spread)
