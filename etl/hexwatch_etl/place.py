"""Honest placement: a report gets a cell, a support, or nothing, by how exactly its place is known."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import polars as pl

from hexwatch_schemas import hexgrid
from hexwatch_schemas.words import Precision

from .supports import Area, Disk, Support

# Radius of the disk that stands for a place. 25 km is UCDP's own bound (GED codebook, where_prec 2); the others are
# the radii of a circle as large as a second-order unit and a "fuzzy region" typically are (8,000 and 30,000 km2).
RADIUS_KM = {Precision.NEAR: 25.0, Precision.ADM2: 50.0, Precision.REGION: 100.0}


@dataclass(frozen=True)
class Placed:
    """`events` with two more columns, `cell` (Int64) and `support` (the key); both null: unplaced."""

    events: pl.DataFrame
    supports: dict[str, Support]
    without_area: int  # reports that wait for an outline of their administrative unit


def place(events: pl.DataFrame, base: int, areas: gpd.GeoDataFrame | None = None) -> Placed:
    """Place every report; `areas` has columns level, content, geometry (EPSG:4326)."""
    cells = _exact_cells(events, base)
    found = _supports(events, areas)
    keys = {spot: support.key(base) for spot, support in found.items()}
    spots = zip(*(events[c].to_list() for c in ("precision", "longitude", "latitude")), strict=True)
    chosen = pl.Series("support", [keys.get(spot) for spot in spots], pl.String)
    waiting = (events["precision"] == Precision.ADM1) & chosen.is_null()
    return Placed(
        events.with_columns(pl.Series("cell", cells, pl.Int64), chosen),
        {support.key(base): support for support in found.values()},
        int(waiting.sum()),
    )


def _exact_cells(events: pl.DataFrame, base: int) -> list[int | None]:
    exact = (events["precision"] == Precision.EXACT).to_numpy()
    cells = np.zeros(events.height, np.int64)
    here = events.filter(exact)
    cells[exact] = hexgrid.from_points(here["longitude"].to_numpy(), here["latitude"].to_numpy(), base)
    return [c or None for c in cells.tolist()]


Spot = tuple[str, float, float]


def _supports(events: pl.DataFrame, areas: gpd.GeoDataFrame | None) -> dict[Spot, Support]:
    """One support for each distinct (precision, longitude, latitude) that needs one and can have one."""
    spots = events.select("precision", "longitude", "latitude").drop_nulls().unique(maintain_order=True)
    found: dict[Spot, Support] = {}
    for precision, group in spots.group_by("precision", maintain_order=True):
        word = Precision(str(precision[0]))
        outlines = _areas_around(group, areas, word)
        for (name, lon, lat), outline in zip(group.iter_rows(), outlines, strict=True):
            if outline is not None:
                found[name, lon, lat] = outline
            elif word in RADIUS_KM:
                found[name, lon, lat] = Disk(lon, lat, RADIUS_KM[word])
    return found


def _areas_around(spots: pl.DataFrame, areas: gpd.GeoDataFrame | None, precision: Precision) -> list[Area | None]:
    """The area of the spots' own level that each lies in, where one is known."""
    nothing: list[Area | None] = [None] * spots.height
    if areas is None or precision not in (Precision.ADM1, Precision.ADM2):
        return nothing
    level = areas[areas["level"] == precision.value].reset_index(drop=True)
    points = gpd.points_from_xy(spots["longitude"], spots["latitude"])
    spot_at, area_at = level.sindex.query(points, predicate="intersects", sort=True)
    for spot, area in zip(spot_at[::-1], area_at[::-1], strict=True):  # of several that share a border, the first
        nothing[spot] = Area(str(level.at[area, "content"]), level.geometry.iloc[area])
    return nothing
