"""What reached the files: places and days known more or less exactly, deaths between a low and a high count."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from hexwatch_schemas.words import DayPrecision, Precision

from . import country as ground
from .country import Floats, Ints

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2025, 12, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1

# Shares of UCDP GED 23.1, Central African Republic, rounded.
PLACES_KNOWN = {
    Precision.EXACT: 0.66,
    Precision.NEAR: 0.20,
    Precision.ADM2: 0.08,
    Precision.ADM1: 0.03,
    Precision.REGION: 0.015,
    Precision.COUNTRY: 0.015,
}
DAYS_KNOWN = {
    DayPrecision.DAY: 0.74,
    DayPrecision.DAYS: 0.14,
    DayPrecision.WEEK: 0.09,
    DayPrecision.MONTH: 0.03,
}
NEAR_KM = 25.0


def drawn(shares: dict, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` keys of `shares`, as texts."""
    chances = np.array(list(shares.values()))
    return rng.choice(np.array([str(key) for key in shares]), size=count, p=chances / chances.sum())


def place_columns(places: Floats, precision: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    """longitude, latitude, where_precision, country, zone, district, place: as reported for true places (n, 2)."""
    spots = ground.degrees(_blurred(places, precision, rng))
    units = _units(places)
    known = pl.col("where_precision")
    return pl.DataFrame(
        {"longitude": spots[:, 0], "latitude": spots[:, 1], "where_precision": precision, **units},
        schema_overrides=dict.fromkeys(units, pl.String),
    ).select(
        pl.col("longitude", "latitude", "where_precision"),
        country=pl.lit(ground.NAME),
        zone=pl.when(~known.is_in([Precision.REGION, Precision.COUNTRY])).then("zone"),
        district=pl.when(known == Precision.ADM2).then(pl.col("town") + " district"),
        place=pl.when(known.is_in([Precision.EXACT, Precision.NEAR])).then("near " + pl.col("town"))
        .when(known == Precision.REGION).then("region"),
    )  # fmt: skip


def day_columns(day: Floats, rng: np.random.Generator) -> pl.DataFrame:
    """date_start, date_end, date_precision: as reported for true days; the true day is always among them."""
    known, true = drawn(DAYS_KNOWN, len(day), rng), np.floor(day).astype(np.int64)
    length = np.where(known == DayPrecision.DAYS, rng.integers(2, 7, len(day)), 1)
    length = np.where(known == DayPrecision.WEEK, 7, length)
    start = true - np.floor(rng.random(len(day)) * length).astype(np.int64)
    frame = pl.DataFrame({"true": true, "start": start, "end": start + length - 1, "date_precision": known})
    return frame.with_columns(_dated("true"), _dated("start"), _dated("end")).select(
        date_start=_month_or(pl.col("true").dt.month_start(), "start").clip(FIRST_DAY, LAST_DAY),
        date_end=_month_or(pl.col("true").dt.month_end(), "end").clip(FIRST_DAY, LAST_DAY),
        date_precision="date_precision",
    )


def death_columns(best: Ints, rng: np.random.Generator) -> pl.DataFrame:
    """deaths_low <= deaths_best <= deaths_high."""
    low = rng.binomial(best, 0.8)
    high = best + rng.poisson(0.25 * best + 0.05)
    return pl.DataFrame({"deaths_low": low, "deaths_best": best, "deaths_high": high})


def _units(places: Floats) -> dict[str, list[str]]:
    """Names of the zone, nearest town and region of each place."""
    country = ground.country()
    towns, regions = (ground.nearest(ground.points(spots), places) for spots in (ground.TOWNS, ground.REGIONS))
    return {
        "zone": [country.names[one] for one in country.zone_of(places)],
        "town": [ground.TOWNS[one].name for one in towns],
        "region": [ground.REGIONS[one].name for one in regions],
    }


def _blurred(places: Floats, precision: np.ndarray, rng: np.random.Generator) -> Floats:
    """The point a reporter gives: the place, a point near it, or the one that stands for all of a unit."""
    country = ground.country()
    beside = places + _in_disk(len(places), NEAR_KM, rng)
    told = {
        Precision.EXACT: places,
        Precision.NEAR: np.where(country.inside(beside)[:, None], beside, places),
        Precision.ADM2: _nearest_point(ground.points(ground.TOWNS), places),
        Precision.ADM1: shapely.get_coordinates(shapely.point_on_surface(country.zones))[country.zone_of(places)],
        Precision.REGION: _nearest_point(ground.points(ground.REGIONS), places),
        Precision.COUNTRY: np.broadcast_to(shapely.get_coordinates(country.outline.centroid), places.shape),
    }
    return np.select([(precision == one)[:, None] for one in told], list(told.values()))


def _nearest_point(points: NDArray[np.object_], places: Floats) -> Floats:
    return shapely.get_coordinates(points)[ground.nearest(points, places)]


def _in_disk(count: int, radius: float, rng: np.random.Generator) -> Floats:
    """Offsets (n, 2), even over a disk."""
    turn, out = 2 * np.pi * rng.random(count), radius * np.sqrt(rng.random(count))
    return np.column_stack((out * np.cos(turn), out * np.sin(turn)))


def _dated(column: str) -> pl.Expr:
    return (pl.lit(FIRST_DAY) + pl.duration(days=pl.col(column))).alias(column)


def _month_or(month: pl.Expr, otherwise: str) -> pl.Expr:
    return pl.when(pl.col("date_precision") == DayPrecision.MONTH).then(month).otherwise(pl.col(otherwise))
