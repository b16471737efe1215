"""Indicators: pure functions from window sums to one value per cell, one file each, found by being here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.hexgrid import Cells
from hexwatch_schemas.windows import Window

Values = NDArray[np.float64]


@dataclass(frozen=True)
class WindowSums:
    """What the facts say of each cell in a window: by measure, one number a cell, in the measure's unit."""

    cells: Cells  # (n), ascending
    window: Window
    precise: dict[str, Values]  # reports that lie in the cell
    spread: dict[str, Values]  # the cell's share of reports that are less exact
    # Distinct `tracks` and `days`, and days `since` the last one (NaN: none): no sums, so counted in each cell. Where a
    # layer has them also base cells `required` and `covered`, days of `denied` access, and `people` (NaN: not known).
    counts: Mapping[str, Values] = field(default_factory=dict)

    def expected(self, measure: str) -> Values:
        """Expected mass m_c = sum_e w_ec (Croicu & Hegre 2018): precise and spread together."""
        return self.precise[measure] + self.spread[measure]


@dataclass(frozen=True)
class Indicator:
    """One value per cell, with all that a reader needs to judge it."""

    id: str  # snake_case: the property in tiles and files
    title: str
    unit: str
    formula: str
    source: str  # paper, standard or codebook
    needs: frozenset[str]  # measures a dataset must have, or `required`, `denied`, `people`: a layer may
    compute: Callable[[WindowSums], Values]
    ramp: str = "harm"  # of hexwatch_schemas.style.RAMPS
    from_zero: bool = False  # whether 0 is as much of a value as others, to be coloured


def ratio(numerator: Values, denominator: Values) -> Values:
    """Quotient (n); NaN, that is no value, where there is nothing to divide by."""
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)


@cache
def registry() -> dict[str, Indicator]:
    """All indicators by id, in the order they are offered."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return {m.INDICATOR.id: m.INDICATOR for m in sorted(modules, key=lambda m: m.ORDER)}


def get(indicator: str) -> Indicator:
    """The indicator of an id. Raises NotFound."""
    try:
        return registry()[indicator]
    except KeyError:
        raise NotFound(f"There is no indicator {indicator!r}.", hint=f"There are: {', '.join(registry())}.") from None


def for_measures(measures: Iterable[str]) -> list[Indicator]:
    """The indicators that a dataset with these measures can show."""
    have = frozenset(measures)
    return [i for i in registry().values() if i.needs <= have]
