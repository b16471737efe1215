"""The numbers that a raster dataset puts into hexagons: facts of one day, because they are a stock and no flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import psycopg
from numpy.typing import NDArray

from hexwatch_schemas.apportion import apportion
from hexwatch_schemas.errors import UsageError

from .. import catalogue, outlines
from ..catalogue import Dataset
from ..events import Measure
from ..store_rows import copy_rows, sql
from .counted import Counted
from .files import Shelf, served
from .hexagons import Cells, Summed, added, fitting_resolution, into_cells
from .said import Meaning

POPULATION = Measure("population", "Population", "people", 1000)
TOTAL = Measure("total", "Total", "", 1000)
VALUE_KM2 = Measure("value_km2", "Value times area", "", 1000)
KM2 = Measure("km2", "Area", "km2", 1_000_000)
ALL = "all"  # the one category


@dataclass(frozen=True)
class Placed:
    """What is staged for hexagons, of all files of the dataset together."""

    measures: tuple[str, ...] = ()
    day: date | None = None
    cells: int = 0
    notes: tuple[str, ...] = ()


def stage(
    conn: psycopg.Connection, dataset: Dataset, base: int | None, files: Sequence[Counted], shelf: Shelf
) -> Placed:
    """Share the files' pixels out over cells into stage_amount, at a resolution (None: one that fits).

    Raises UsageError where they disagree.
    """
    for statement in ("rasters.stage", "rasters.empty_stage"):
        conn.execute(sql(statement))
    if not files:
        return Placed()
    _refuse_contradiction(files)
    base = base or _base(conn, dataset, files, shelf)
    amounts = _sums(files, base, shelf)
    measures = _measures(files[0])
    catalogue.add_measures(conn, dataset, measures.values())
    catalogue.add_categories(conn, dataset, [ALL])
    cells = [_copy(conn, measure, *amounts[name]) for name, measure in measures.items()]
    return Placed(tuple(m.name for m in measures.values()), files[0].day, max(cells), tuple(_told(measures, amounts)))


def _told(measures: dict[str, Measure], amounts: dict[str, Summed]) -> Iterator[str]:
    for name, measure in measures.items():
        if measure in (POPULATION, TOTAL):
            yield f"Into hexagons: {amounts[name][1].sum():,.0f} {measure.unit or 'in all'}."


def _measures(file: Counted) -> dict[str, Measure]:
    if file.meaning is Meaning.MEAN:
        return {"sum": VALUE_KM2, "km2": KM2}
    return {"sum": POPULATION if file.klass == "population" else TOTAL}


def _refuse_contradiction(files: Sequence[Counted]) -> None:
    if len({(f.meaning, f.klass == "population", f.day) for f in files}) > 1:
        raise UsageError(
            f"{', '.join(f.key for f in files)[:200]}: these differ in what their numbers mean, or in their day.",
            hint="Hexagons show one moment: load each year as a dataset of its own.",
        )
    for at, one in enumerate(files):
        for other in files[at + 1 :]:
            shared = one.footprint.intersection(other.footprint).area
            if shared > 0.01 * min(one.footprint.area, other.footprint.area):
                raise UsageError(
                    f"{one.key} and {other.key} lie over each other: what they share would count twice.",
                    hint="Load them as datasets of their own.",
                )


def _base(conn: psycopg.Connection, dataset: Dataset, files: Sequence[Counted], shelf: Shelf) -> int:
    """The dataset's resolution, chosen by the size of the pixels where nobody has said one yet."""
    with served(shelf.folder / files[0].href) as cog:
        fitting = {"dataset": dataset.number, "resolution": fitting_resolution(cog)}
    row = conn.execute(sql("rasters.choose_base"), fitting).fetchone()
    return row[0] if row else dataset.base


def _sums(files: Sequence[Counted], base: int, shelf: Shelf) -> dict[str, Summed]:
    parts: dict[str, list[Summed]] = {}
    for file in files:
        with served(shelf.folder / file.href) as cog:
            for name, found in into_cells(cog, file.meaning, base).items():
                parts.setdefault(name, []).append(found)
    return {name: added(found) for name, found in parts.items()}


def _copy(conn: psycopg.Connection, measure: Measure, cells: Cells, amounts: NDArray[np.float64]) -> int:
    outlines.ensure(conn, cells)
    whole = _whole(amounts * measure.scale)
    some = whole != 0
    frame = pl.DataFrame({"cell": cells[some], "measure": [measure.name] * int(some.sum()), "amount": whole[some]})
    copy_rows(conn, sql("rasters.copy_stage"), frame)
    return frame.height


def _whole(amounts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Integers with the same sum as the amounts, rounded; where some are negative, each is rounded by itself."""
    if amounts.size and amounts.min() >= 0 and amounts.sum() > 0:
        return apportion(round(float(amounts.sum())), amounts)
    return np.round(amounts).astype(np.int64)
