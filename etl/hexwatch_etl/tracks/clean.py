"""Clean tracks: what repeats, runs backward or jumps is refused by rule; a long silence breaks a track."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from .geodesics import Floats, Integers
from .mapping import Cleaning, Order

_BELIEVED, _EQUAL, _BACKWARD, _JUMP = range(4)
_RULES = [None, "equal-time", "backward-time", "jump"]  # by verdict
_REASONS = {
    "expired": "the pings of its day have expired: {}",
    "repeated-ping": "the track has this ping, of {}, already",
    "equal-time": "another ping of the track has its time, {}",
    "backward-time": "its time, {}, lies before that of the ping before it",
    "jump": "getting there by {} is beyond the speed limit",
}
_RADIUS = 6_371_008.8  # metres; mean radius of the Earth (Moritz 2000): for limits the sphere is exact enough

# Pings that agree in these are one. In this order they stand, so that the same pings come out however they came in.
PING_KEY = ("track", "time", "longitude", "latitude")


def clean(pings: pl.DataFrame, cleaning: Cleaning) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Apply the rules to pings of one delivery by itself (PING_SCHEMA and `file`).

    The pings that are kept, in order of track and time, with `stretch` numbering the unbroken ones; and the others as
    rejects (file, line, rule, reason, row). Together they are as many as came in, always.
    """
    first = pings.select(pl.struct(PING_KEY).is_first_distinct()).to_series()
    by = PING_KEY if cleaning.order is Order.TIME else ("track",)
    judged = judge(pings.filter(first).sort(by, maintain_order=True), cleaning)
    again = rejected(pings.filter(~first).with_columns(refused=pl.lit("repeated-ping")))
    refused = rejected(judged.filter(pl.col("refused").is_not_null()))
    kept = judged.filter(pl.col("refused").is_null()).drop("refused")
    return kept, pl.concat([again, refused]).sort("file", "line", maintain_order=True)


def judge(ordered: pl.DataFrame, cleaning: Cleaning) -> pl.DataFrame:
    """Pings in the order of their tracks, with `refused`, the rule that a ping breaks, and `stretch`, where it counts.

    The first ping of a track is believed.
    """
    verdict, stretch = _judge(*_columns(ordered), *_limits(ordered, cleaning))
    rules = pl.Series("refused", verdict).replace_strict(list(range(len(_RULES))), _RULES, return_dtype=pl.String())
    return ordered.with_columns(rules, pl.Series("stretch", stretch))


def rejected(pings: pl.DataFrame) -> pl.DataFrame:
    """Pings that were `refused` as rejects: file, line, rule, reason, row."""
    row = pl.struct("track", pl.col("time").dt.to_string("iso:strict"), "longitude", "latitude").struct.json_encode()
    said = pl.col("refused").replace_strict(_REASONS, return_dtype=pl.String())
    when = pl.col("time").dt.to_string("%Y-%m-%d %H:%M:%S UTC")
    reason = said.str.replace("{}", when, literal=True)
    return pings.select("file", "line", pl.col("refused").alias("rule"), reason.alias("reason"), row.alias("row"))


def _columns(pings: pl.DataFrame) -> tuple[Integers, Integers, Integers, Floats, Floats]:
    """Numbers of tracks and of their parts, microseconds, degrees."""
    track = pings["track"].rle_id().cast(pl.Int64).to_numpy()
    part = pings["part"].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    longitude, latitude = (pings[name].to_numpy() for name in ("longitude", "latitude"))
    return track, part, pings["time"].dt.epoch("us").to_numpy(), longitude, latitude


def _limits(pings: pl.DataFrame, cleaning: Cleaning) -> tuple[Floats, Floats]:
    """Metres a microsecond, and microseconds, of every ping by the type of its patrol."""
    types = pings["patrol_type"].unique().to_list()
    how = {name: cleaning.by_type.get(name, cleaning.movement) for name in types}
    kmh = {name: cleaning.fastest(movement) for name, movement in how.items()}
    minutes = {name: cleaning.longest_gap(movement) for name, movement in how.items()}
    fastest, gap = (
        pings["patrol_type"].replace_strict(limits, return_dtype=pl.Float64()).cast(pl.Float64).to_numpy()
        for limits in (kmh, minutes)
    )
    return fastest / 3.6e6, gap * 60e6


@njit(cache=True)
def _distance(longitude: Floats, latitude: Floats, a: int, b: int) -> float:
    """Metres on the sphere (haversine)."""
    north, south = radians(latitude[a]), radians(latitude[b])
    half = sin((north - south) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians(longitude[a] - longitude[b]) / 2) ** 2
    return 2 * _RADIUS * asin(min(1.0, sqrt(half)))


@njit(cache=True)
def _judge(
    track: Integers, part: Integers, time: Integers, longitude: Floats, latitude: Floats, fastest: Floats, gap: Floats
) -> tuple[NDArray[np.int8], Integers]:
    """Verdict and number of the stretch for each ping; every ping is measured from the last one that is believed."""
    verdict, stretch = np.zeros(track.size, np.int8), np.zeros(track.size, np.int64)
    last, number = -1, -1
    for at in range(track.size):
        new = last < 0 or track[at] != track[last]
        passed = 0 if new else time[at] - time[last]
        if not new and passed <= 0:
            verdict[at] = _EQUAL if passed == 0 else _BACKWARD
            continue
        broken = new or passed > gap[at] or part[at] != part[last]
        if not broken and _distance(longitude, latitude, last, at) > fastest[at] * passed:
            verdict[at] = _JUMP
            continue
        number += broken
        last = at
        stretch[at] = number
    return verdict, stretch
