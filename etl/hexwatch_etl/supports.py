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
    """Rows resolution, cell, weight from the base resolution up to 1; parents hold exactly the sum of their children."""
    frame = pl.DataFrame({"cell": cells, "weight": apportion(WHOLE, hexgrid.areas_km2(cells))}).filter(pl.col("weight") > 0)
    return pl.concat(_rolled_up(frame, resolution) for resolution in range(base, 0, -1))


def _rolled_up(frame: pl.DataFrame, resolution: int) -> pl.DataFrame:
    parents = pl.Series("cell", hexgrid.to_parent(frame["cell"].to_numpy(), resolution))
    sums = frame.with_columns(parents).group_by("cell", maintain_order=True).agg(pl.col("weight").sum())
    return sums.select(pl.lit(resolution, pl.Int16).alias("resolution"), "cell", "weight")


def ensure(conn: psycopg.Connection, supports: dict[str, Support], base: int) -> Cells:
    """Store the supports that the database does not have; the cells (all resolutions) that these touch.

    Safe outside the publish transaction: a support never changes, and nothing points at it yet.
    """
    known = {key for (key,) in conn.execute(sql("supports.known"), {"keys": list(supports)})}
    touched: list[np.ndarray] = []
    for key in sorted(supports.keys() - known):
        frame = weights(supports[key].cells(base), base)
        touched.append(frame["cell"].to_numpy())
        with conn.transaction():
            row = conn.execute(sql("supports.add"), {"key": key}).fetchone()
            if row:  # else another load was quicker
                copy_rows(conn, sql("supports.copy_cells"), frame.select(pl.lit(row[0]).alias("support"), "resolution", "cell", "weight"))
    return np.unique(np.concatenate(touched)) if touched else np.empty(0, np.int64)
