"""Cutting tracks exactly at cell borders: segments a second of one core, and where the time goes."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl

from hexwatch_etl.tracks.clean import clean
from hexwatch_etl.tracks.days import with_midnights
from hexwatch_etl.tracks.mapping import Cleaning
from hexwatch_etl.tracks.visits import visits

BASE = 7
STEPS = 1000  # pings a track: a minute and some 400 metres apart


def report(segments: int) -> None:
    """Print segments a second and the parts of the time by file."""
    visits(with_midnights(_tracks(2 * STEPS), "UTC"), BASE)  # compiling is not what is timed
    pings = _tracks(segments)
    began = time.perf_counter(), time.process_time()
    found = visits(with_midnights(pings, "UTC"), BASE)
    wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    print(f"Cut exactly: {pings.height:,} pings into {found.height:,} visits of resolutions 1 to {BASE}:"
          f" {wall:.1f} s, {cpu:.1f} s of one core, {pings.height / cpu:,.0f} segments a second.\n")  # fmt: skip
    _profile(pings.head(segments // 5))


def _tracks(segments: int) -> pl.DataFrame:
    """Clean pings of vehicles on crooked ways."""
    chance, tracks = np.random.default_rng(3), max(1, segments // STEPS)
    turns = np.cumsum(chance.normal(0, 0.15, (tracks, STEPS)), axis=1)
    step = np.abs(chance.normal(25, 15, (tracks, STEPS))) / 60 / 111
    seconds = 1_735_689_600 + 60 * np.tile(np.arange(STEPS), tracks)
    pings = pl.DataFrame({
        "line": np.arange(tracks * STEPS), "track": np.repeat(np.arange(tracks), STEPS).astype(str),
        "time": pl.Series(seconds * 1_000_000).cast(pl.Datetime("us", "UTC")),
        "longitude": (chance.uniform(-10, 3, (tracks, 1)) + np.cumsum(np.cos(turns) * step, axis=1)).ravel(),
        "latitude": (chance.uniform(11, 19, (tracks, 1)) + np.cumsum(np.sin(turns) * step, axis=1)).ravel(),
    }).with_columns(
        mover=pl.col("track"), part=pl.lit(None, pl.String), patrol_type=pl.lit("vehicle"),
        strength=pl.lit(None, pl.Int64), file=pl.lit("pings"),
    )  # fmt: skip
    return clean(pings, Cleaning())[0]


def _profile(pings: pl.DataFrame) -> None:
    profile = cProfile.Profile()
    profile.runcall(visits, with_midnights(pings, "UTC"), BASE)
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # pyright: ignore[reportAttributeAccessIssue]
        spent[f"{Path(file).name} {name}"] += own
    whole = sum(spent.values())
    print("| where | share of the time |\n| --- | --- |")
    print("\n".join(f"| {name} | {own / whole:.0%} |" for name, own in spent.most_common(8)) + "\n")
