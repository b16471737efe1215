"""Staging: placed reports wait in the session's own table until they are published in one transaction."""

from __future__ import annotations

import numpy as np
import polars as pl
import psycopg

from . import outlines, supports
from .catalogue import Dataset
from .copy_binary import jsonb
from .events import EVENT_SCHEMA
from .place import Placed
from .store_rows import copy_rows, sql

_COLUMNS = [
    "key", "revision", "line", "day_from", "day_to", "day_precision", "instant", "longitude", "latitude", "precision",
    "country", "adm1", "adm2", "place", "category", "source_code", "properties", "cell", "support", "amounts",
]  # fmt: skip


def stage(conn: psycopg.Connection, dataset: Dataset, placed: Placed, scales: dict[str, int]) -> None:
    """Fill stage_event; also make sure that all outlines and supports exist which the reports will point at."""
    spread = supports.ensure(conn, placed.supports, dataset.base)
    exact = placed.events["cell"].drop_nulls().to_numpy()
    outlines.ensure(conn, np.union1d(outlines.with_parents(exact, dataset.base), spread))
    conn.execute(sql("events.stage"))
    conn.execute(sql("events.empty_stage"))
    rows = placed.events.with_columns(jsonb("properties"), amounts(placed.events, scales)).select(_COLUMNS)
    copy_rows(conn, sql("events.copy_stage"), rows)


def amounts(events: pl.DataFrame, scales: dict[str, int]) -> pl.Expr:
    """A list of the measures in stored order: integers of 1/scale units, null where unknown."""
    columns = [
        ((pl.col(name) * scale).round() if name in events.columns else pl.lit(None)).cast(pl.Int64)
        for name, scale in scales.items()
    ]
    return pl.concat_list(columns).alias("amounts")


assert set(EVENT_SCHEMA) <= set(_COLUMNS), "every column of a delivery has its place"
