"""Supports: the cells where a less exact report may have happened, with weights that sum to exactly one.

Expected mass m_c = sum_e w_ec: Croicu & Hegre 2018. Weights go by area until population is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import psycopg
import shapely

from hexwatch_schemas import hexgrid
from hexwatch_schemas.apportion import apportion
from hexwatch_schemas.hexgrid import Cells

from .store_rows import copy_rows, sql

WHOLE = 1_000_000_000  # a support's weights at one resolution sum to this


@dataclass(frozen=True)
class Disk:
    """All cells within a distance of the reported point."""

    longitude: float
    latitude: float
    radius_km: float

    def key(self, base: int) -> str:
        """Name that holds all that made the support."""
        return f"disk/{self.longitude:.6f}/{self.latitude:.6f}/{self.radius_km:g}km/r{base}"

    def cells(self, base: int) -> Cells:
        """Cells at the base resolution."""
        return hexgrid.disk(self.longitude, self.latitude, self.radius_km, base)


@dataclass(frozen=True)
class Area:
    """All cells of an administrative unit; `content` tells one version of its outline from another."""

    content: str
    polygon: shapely.Geometry

    def key(self, base: int) -> str:
        """Name that holds all that made the support."""
        return f"area/{self.content}/r{base}"

    def cells(self, base: int) -> Cells:
        """Cells at the base resolution."""
        return hexgrid.within(self.polygon, base)


Support = Disk | Area


def weights(cells: Cells, base: int) -> pl.DataFrame:
    """Rows resolution, cells, weights (lists) from the base resolution up to 1; a parent holds exactly the sum of its children."""
    finest = pl.DataFrame({"cells": cells, "weights": apportion(WHOLE, hexgrid.areas_km2(cells))}).filter(pl.col("weights") > 0)
    return pl.concat(_rolled_up(finest, resolution) for resolution in range(base, 0, -1))


def _rolled_up(finest: pl.DataFrame, resolution: int) -> pl.DataFrame:
    parents, at = np.unique(hexgrid.to_parent(finest["cells"].to_numpy(), resolution), return_inverse=True)
    sums = np.bincount(at, finest["weights"].to_numpy()).astype(np.int64)  # exact: they stay below 2^53
    return pl.DataFrame({"resolution": [resolution], "cells": [parents.tolist()], "weights": [sums.tolist()]})


def ensure(conn: psycopg.Connection, supports: dict[str, Support], base: int) -> Cells:
    """Store the supports that the database does not have; the cells (all resolutions) that these touch.

    Safe outside the publish transaction: a support never changes, and nothing points at it yet.
    """
    known = {key for (key,) in conn.execute(sql("supports.known"), {"keys": list(supports)})}
    new = {key: weights(supports[key].cells(base), base) for key in sorted(supports.keys() - known)}
    if not new:
        return np.empty(0, np.int64)
    with conn.transaction():
        # Another load may have been quicker with some of them: only those that are ours get their cells here.
        added = conn.execute(sql("supports.add"), {"keys": list(new)}).fetchall()
        frames = [new[key].select(pl.lit(number).alias("support"), "resolution", _array("cells"), _array("weights")) for number, key in added]
        if frames:
            copy_rows(conn, sql("supports.copy_cells"), pl.concat(frames))
    return np.unique(pl.concat(new.values())["cells"].explode().to_numpy())


def _array(column: str) -> pl.Expr:
    """A list as PostgreSQL writes an array."""
    return pl.format("{}{}{}", pl.lit("{"), pl.col(column).cast(pl.List(pl.String)).list.join(","), pl.lit("}")).alias(column)
