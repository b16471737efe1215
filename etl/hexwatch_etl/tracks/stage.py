"""Staging: days of tracks and their visits wait in the session's own tables until they are published."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl
import psycopg

from .. import outlines
from ..store_rows import copy_rows, sql

DAY = ("track", "day")


def prepare(conn: psycopg.Connection, dataset: int, days: Collection[date], *, whole: bool) -> None:
    """Make the session's own tables, empty. What is staged will be all there is of these days, or of the dataset."""
    for statement in ("tracks.stage_tracks", "tracks.stage_visits", "tracks.stage_days", "tracks.empty_stage"):
        conn.execute(sql(statement))
    conn.execute(sql("tracks.speak_of"), {"dataset": dataset, "days": list(days), "whole": whole})


def stage(conn: psycopg.Connection, tracks: pl.DataFrame, visited: pl.DataFrame) -> None:
    """Add to stage_track and stage_visit; also make sure that the outlines of all visited cells exist."""
    outlines.ensure(conn, visited["cell"].unique().sort().to_numpy())
    copy_rows(conn, sql("tracks.copy_tracks"), tracks.cast({"strength": pl.Int32, "pings": pl.Int32}))
    rows = visited.select(*DAY, "cell", "metres", "seconds", pl.col("entries", "nights").cast(pl.Int32))
    copy_rows(conn, sql("tracks.copy_visits"), rows)


def days_of_tracks(pings: pl.DataFrame) -> pl.DataFrame:
    """One row for each day of each track, by its pings with `day` and `given`; of what it says, the first counts."""
    first = [pl.col(c).drop_nulls().first() for c in ("mover", "patrol_type", "strength")]
    began, ended = pl.col("time").min().alias("began"), pl.col("time").max().alias("ended")
    return pings.group_by(*DAY, maintain_order=True).agg(
        *first, began, ended, pl.col("given").sum().cast(pl.Int64).alias("pings")
    )
