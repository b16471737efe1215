"""The way of each day of each track as a line, for maps: what it counts for is computed from the pings themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import shapely

from .visits import segments

TOLERANCE = 1e-4  # degrees, about ten metres: what a receiver errs by


def lines(pings: pl.DataFrame) -> pl.DataFrame:
    """Rows track, day, line (hexadecimal WKB of a multilinestring, EPSG:4326); none where the track only stood.

    `pings`: clean ones, with_midnights. A gap parts a line, and so does the antimeridian.
    """
    moved = (pl.col("longitude") != pl.col("to_longitude")) | (pl.col("latitude") != pl.col("to_latitude"))
    around = (pl.col("to_longitude") - pl.col("longitude")).abs() > 180
    ways = segments(pings).with_columns(piece=pl.struct("stretch", "day").rle_id() + around.cum_sum())
    ways = ways.filter(moved & ~around).with_columns(piece=pl.col("piece").rle_id())
    if ways.is_empty():
        return ways.select("track", "day", line=pl.lit(None, pl.String))
    pieces = shapely.simplify(_pieces(ways), TOLERANCE)
    days = ways.group_by("piece", maintain_order=True).agg(pl.col("track", "day").first())
    whole: Any = shapely.multilinestrings(
        pieces, indices=days.select(pl.struct("track", "day").rle_id()).to_series().to_numpy()
    )
    found = days.unique(["track", "day"], keep="first", maintain_order=True)
    return found.select(
        "track", "day", line=pl.Series(np.atleast_1d(shapely.to_wkb(whole, hex=True)).tolist(), dtype=pl.String)
    )


def _pieces(ways: pl.DataFrame) -> Any:
    """One line for each piece: where its segments begin, and where the last one ends."""
    piece = ways["piece"].to_numpy()
    last = np.flatnonzero(np.append(piece[1:] != piece[:-1], True))
    begins = ways.select("longitude", "latitude").to_numpy()
    ends = ways.select("to_longitude", "to_latitude").to_numpy()[last]
    points = np.insert(begins, last + 1, ends, axis=0)
    return shapely.linestrings(points, indices=np.insert(piece, last + 1, piece[last]))
