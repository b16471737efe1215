"""Effort: how far and how long each track was in each cell on each local day, and how often it came.

A segment is the geodesic between two pings, its time shared by length; standing still is time without length.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import polars as pl

from hexwatch_schemas import hexgrid

from .clip import clip
from .geodesics import between

BATCH = 100_000  # segments cut together: memory stays flat as tracks grow
_UNIT = 1000  # amounts are whole millimetres and milliseconds


def visits(pings: pl.DataFrame, base: int, days: Collection[date] | None = None) -> pl.DataFrame:
    """Rows track, day, cell, metres, seconds (whole thousandths, Int64), entries, nights.

    `pings`: clean ones, with_midnights; `days`: of these only. Cells are of all resolutions from 1 to base; at each,
    the amounts of a day of a track sum to its own.
    An entry is a change of cell, or the beginning of the day: entries of a parent are its own, no sum of its children.
    A night is a way that reaches local midnight: it is of the cell where midnight finds it, and of the day that ends.
    """
    ways = segments(pings)
    ways = ways if days is None else ways.filter(pl.col("day").is_in(list(days)))
    batches = [stretches(ways[at : at + BATCH], base) for at in range(0, max(1, ways.height), BATCH)]
    whole = _in_whole_units(pl.concat(batches))
    return pl.concat([_at(whole, resolution) for resolution in range(base, 0, -1)])


def segments(pings: pl.DataFrame) -> pl.DataFrame:
    """The way from each ping to the next of its stretch; a ping without any is a segment of no length and no time.

    `night`: whether it ends at local midnight, which the pings of with_midnights are cut at.
    """
    last = pl.col("stretch") != pl.col("stretch").shift(-1)
    alone = pl.len().over("stretch") == 1
    night = (pl.col("day") != pl.col("day").shift(-1)) & ~alone
    ahead = {f"to_{name}": pl.when(alone).then(name).otherwise(pl.col(name).shift(-1)) for name in _ENDS}
    return pings.with_columns(**ahead, night=night).filter(~last.fill_null(value=True) | alone)


_ENDS = ("longitude", "latitude", "time")


def stretches(ways: pl.DataFrame, base: int) -> pl.DataFrame:
    """Rows track, day, cell, metres, seconds (fractions), nights in order of travel: segments cut at cell borders."""
    start, end = (ways.select(f"{to}longitude", f"{to}latitude").to_numpy() for to in ("", "to_"))
    lines = between(start, end)
    clips = clip(lines, base)
    share = clips.last - clips.first
    ends = np.diff(clips.line, append=-1) != 0
    passed = (ways["to_time"] - ways["time"]).dt.total_microseconds().to_numpy() / 1e6
    return ways.select("track", "day")[clips.line].with_columns(
        cell=pl.Series(clips.cell, dtype=pl.Int64),
        metres=pl.Series(lines.metres[clips.line] * share, dtype=pl.Float64),
        seconds=pl.Series(passed[clips.line] * share, dtype=pl.Float64),
        nights=pl.Series(ways["night"].to_numpy()[clips.line] & ends, dtype=pl.Int64),
    )


def _in_whole_units(found: pl.DataFrame) -> pl.DataFrame:
    """Thousandths of metres and seconds. The sum so far is rounded, not each part: so no part of a day is lost."""
    day = ("track", "day")
    so_far = [(pl.col(c).cum_sum().over(day) * _UNIT).round().cast(pl.Int64) for c in ("metres", "seconds")]
    return found.with_columns(so_far).with_columns(
        (pl.col(c) - pl.col(c).shift(1, fill_value=0).over(day)) for c in ("metres", "seconds")
    )


def _at(found: pl.DataFrame, resolution: int) -> pl.DataFrame:
    day = ("track", "day")
    cells = pl.Series("cell", hexgrid.to_parent(found["cell"].to_numpy(), resolution))
    came = (pl.col("cell") != pl.col("cell").shift(1)).over(day).fill_null(value=True)
    return (
        found.with_columns(cells).with_columns(entries=came.cast(pl.Int64)).group_by(*day, "cell", maintain_order=True)
        .agg(pl.col("metres", "seconds", "entries", "nights").sum())
    )  # fmt: skip
