"""Local days: where a track crosses midnight, it gets a ping there, so that each segment is of one day."""

from __future__ import annotations

import numpy as np
import polars as pl

from .geodesics import Floats, between, parts

UTC = "UTC"


def with_midnights(pings: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Clean pings with one more wherever a stretch crosses a local midnight, on the geodesic, at the time's share.

    New columns: `day`, of the way that begins at the ping, and `given`, false where no source gave it.
    """
    ahead = pl.col("time").shift(-1).over("stretch")
    here = pings.with_columns(day=day_of(pl.col("time"), zone), given=True)
    # Midnight itself ends a day: the way up to it needs no ping of the day that begins.
    passed = day_of(ahead - pl.duration(microseconds=1), zone) - pl.col("day")
    crossing = here.with_columns(passed=passed.dt.total_days().fill_null(0), ahead=ahead).with_columns(
        to_longitude=pl.col("longitude").shift(-1), to_latitude=pl.col("latitude").shift(-1)
    ).filter(pl.col("passed") > 0)  # fmt: skip
    return pl.concat([here, _at_midnights(crossing, zone).select(here.columns)]).sort("stretch", "time")


def day_of(time: pl.Expr, zone: str) -> pl.Expr:
    """The local day of moments."""
    return time.dt.convert_time_zone(zone).dt.date()


def _at_midnights(crossing: pl.DataFrame, zone: str) -> pl.DataFrame:
    """A ping for each midnight between a ping and the next one."""
    row, position = parts(crossing["passed"].to_numpy())
    later = pl.Series("later", position + 1)
    found = crossing[row].with_columns(later).with_columns(pl.col("day") + pl.duration(days="later"), given=False)
    midnight = midnights(found["day"], zone)
    share = (midnight - found["time"]).dt.total_microseconds() / (
        found["ahead"] - found["time"]
    ).dt.total_microseconds()
    places = between(_points(crossing, ""), _points(crossing, "to_")).points(row, share.to_numpy())
    return found.with_columns(
        time=midnight,
        longitude=pl.Series(places[:, 0], dtype=pl.Float64),
        latitude=pl.Series(places[:, 1], dtype=pl.Float64),
    )


def _points(frame: pl.DataFrame, prefix: str) -> Floats:
    return np.stack([frame[f"{prefix}longitude"].to_numpy(), frame[f"{prefix}latitude"].to_numpy()], axis=1)


def midnights(days: pl.Series, zone: str) -> pl.Series:
    """The first moment of each local day; where summer time skips midnight, a day after the midnight before."""
    wall = days.cast(pl.Datetime("us"))
    first, before = (
        w.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone(UTC)
        for w in (wall, wall.dt.offset_by("-1d"))
    )
    return first.zip_with(first.is_not_null(), before.dt.offset_by("24h"))
