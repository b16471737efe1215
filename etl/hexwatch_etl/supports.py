"""Supports: the cells where a less exact report may have happened, with weights that sum to exactly one.

Expected mass m_c = sum_e w_ec: Croicu & Hegre 2018. Weights go by area until population is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import psycopg
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hexwatch_schemas import hexgrid
from hexwatch_schemas.apportion import apportion
from hexwatch_schemas.hexgrid import Cells

from .store_rows import copy_rows, sql

WHOLE = 1_000_000_000  # a support's weights at one resolution sum to this
BATCH = 1000  # supports worked out together: near ones share cells


@dataclass(frozen=True)
class Disk:
    """All cells within a distance of the reported point."""

    longitude: float
    latitude: float
    radius_km: float

    def key(self, base: int) -> str:
        """Name that holds all that made the support."""
        return f"disk/{self.longitude:.6f}/{self.latitude:.6f}/{self.radius_km:g}km/r{base}"


@dataclass(frozen=True)
class Area:
    """All cells of an administrative unit; `content` tells one version of its outline from another."""

    content: str
    polygon: BaseGeometry

    def key(self, base: int) -> str:
        """Name that holds all that made the support."""
        return f"area/{self.content}/r{base}"


Support = Disk | Area


def weights(supports: Sequence[Support], base: int) -> pl.DataFrame:
    """Rows support (position), resolution, cells, weights (lists), from the base resolution up to 1.

    A support's weights sum to WHOLE at each resolution, and a parent has exactly the sum of its children.
    """
    cells = _cells(supports, base)
    union = np.unique(np.concatenate(cells))
    areas = hexgrid.areas_km2(union)
    shares = [apportion(WHOLE, areas[np.searchsorted(union, c)]) for c in cells]
    rows = [
        (at, r, *_rolled_up(c, s, r))
        for at, (c, s) in enumerate(zip(cells, shares, strict=True))
        for r in range(base, 0, -1)
    ]
    return pl.DataFrame(rows, schema=["support", "resolution", "cells", "weights"], orient="row")


def _cells(supports: Sequence[Support], base: int) -> list[Cells]:
    """Cells of each support at the base resolution; disks of one radius are worked out together."""
    found = {at: hexgrid.within(s.polygon, base) for at, s in enumerate(supports) if isinstance(s, Area)}
    for radius in sorted({s.radius_km for s in supports if isinstance(s, Disk)}):
        alike = [(at, s) for at, s in enumerate(supports) if isinstance(s, Disk) and s.radius_km == radius]
        points = np.array([(s.longitude, s.latitude) for _, s in alike])
        found |= zip((at for at, _ in alike), hexgrid.disks(points, radius, base), strict=True)
    return [found[at] for at in range(len(supports))]


def _rolled_up(cells: Cells, shares: NDArray[np.int64], resolution: int) -> tuple[list[int], list[int]]:
    parents = hexgrid.to_parent(cells, resolution)  # ascending, as the cells are
    starts = np.flatnonzero(np.r_[True, parents[1:] != parents[:-1]])
    return parents[starts].tolist(), np.add.reduceat(shares, starts).tolist()


def ensure(conn: psycopg.Connection, supports: dict[str, Support], base: int) -> Cells:
    """Store the supports that the database does not have; the cells (all resolutions) that these touch.

    Safe outside the publish transaction: a support never changes, and nothing points at it yet.
    """
    known = {key for (key,) in conn.execute(sql("supports.known"), {"keys": list(supports)})}
    new = sorted(supports.keys() - known)
    touched = [_add(conn, new[at : at + BATCH], supports, base) for at in range(0, len(new), BATCH)]
    return np.unique(np.concatenate(touched)) if touched else np.empty(0, np.int64)


def _add(conn: psycopg.Connection, keys: list[str], supports: dict[str, Support], base: int) -> Cells:
    frame = weights([supports[key] for key in keys], base)
    with conn.transaction():
        # Another load may have been quicker with some of them: only those that are ours get their cells here.
        added = dict(conn.execute(sql("supports.add"), {"keys": keys}).fetchall())
        numbers = pl.DataFrame(
            {"number": [added.get(key) for key in keys]}, schema={"number": pl.Int64}
        ).with_row_index("support")
        ours = frame.join(numbers.cast({"support": pl.Int64}), on="support").drop_nulls("number")
        small = pl.col("resolution").cast(pl.Int16), pl.col("weights").cast(pl.List(pl.Int32))
        rows = ours.with_columns(small).select("number", "resolution", "cells", "weights")
        copy_rows(conn, sql("supports.copy_cells"), rows)
    return np.unique(frame["cells"].explode().to_numpy())
