"""Outlines of the cells in use, made once each by libh3 and kept beside the facts."""

from __future__ import annotations

import numpy as np
import polars as pl
import psycopg
import shapely

from hexwatch_schemas import hexgrid
from hexwatch_schemas.hexgrid import Cells

from .store_rows import copy_rows, sql


def ensure(conn: psycopg.Connection, cells: Cells) -> None:
    """Store the outlines that the database does not have. Safe at any time: an outline never changes."""
    rows = conn.execute(sql("supports.missing_cells"), {"cells": cells.tolist()}).fetchall()
    missing = np.array([c for (c,) in rows], np.int64)
    if not missing.size:
        return
    shapes = shapely.to_wkb(hexgrid.outlines(missing), hex=True)
    with conn.transaction():
        conn.execute(sql("supports.stage_cells"))
        copy_rows(conn, sql("supports.copy_stage_cells"), pl.DataFrame({"cell": missing, "geom": shapes.tolist()}))
        conn.execute(sql("supports.add_cells"))


def with_parents(cells: Cells, base: int) -> Cells:
    """The cells and all their parents up to resolution 1, each once."""
    kept = np.unique(cells)
    return np.unique(np.concatenate([hexgrid.to_parent(kept, r) for r in range(1, base + 1)])) if kept.size else kept
