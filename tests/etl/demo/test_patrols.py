"""Patrols of the made-up mission keep violence down by as much as the mission says: read from its files alone."""

from __future__ import annotations

import json
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import pytest

from hexwatch_etl.demo import country as ground
from hexwatch_etl.demo import history, patrols, reporting, simulate
from hexwatch_etl.sources import read_delivery
from hexwatch_schemas import hexgrid

PERIOD = 60  # days within which a place is compared with itself


def treated_days(folder: Path, first: int = 1, last: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Cells near to any patrol on the ground, ascending, and whether each of their days follows one (cells, days).

    It does from the `first` to the `last` day after it; by default as long as the mission says.
    """
    effect = json.loads((folder / "truth/parameters.json").read_text())["patrols"]
    pings = pl.concat(
        [pl.read_csv(folder / "patrols.csv", try_parse_dates=True), pl.read_parquet(folder / "posts.parquet")]
    )
    pings = pings.filter(pl.col("type").is_in(effect["types"]))
    at = hexgrid.from_points(pings["longitude"].to_numpy(), pings["latitude"].to_numpy(), effect["resolution"])
    days = (pings["time"].dt.date() - reporting.FIRST_DAY).dt.total_days().to_numpy()
    near = {
        (c, d)
        for cell, d in set(zip(at.tolist(), days.tolist(), strict=True))
        for c in h3.grid_disk(cell, effect["rings"])
    }
    cells, on = (np.array(column) for column in zip(*near, strict=True))
    known = np.unique(cells)
    follows = np.zeros((known.size, reporting.DAYS + effect["lasting_days"] + 1), np.bool_)
    for later in range(first, (effect["lasting_days"] if last is None else last) + 1):
        follows[np.searchsorted(known, cells), on + later] = True
    return known, follows[:, : reporting.DAYS]


def log_rate(known: np.ndarray, follows: np.ndarray, events: pl.DataFrame) -> float:
    """Log of the rate ratio that Mantel and Haenszel (1959) pool over places and periods: each is its own control."""
    cells = hexgrid.from_points(events["longitude"].to_numpy(), events["latitude"].to_numpy(), patrols.RESOLUTION)
    day = (events["instant"].dt.date() - reporting.FIRST_DAY).dt.total_days().to_numpy()
    here = np.isin(cells, known)
    counts = np.zeros(follows.shape)
    np.add.at(counts, (np.searchsorted(known, cells[here]), day[here]), 1)
    over = below = 0.0
    for first in range(0, follows.shape[1], PERIOD):
        after, found = follows[:, first : first + PERIOD], counts[:, first : first + PERIOD]
        days, others = after.sum(axis=1), (~after).sum(axis=1)
        over += ((found * after).sum(axis=1) * others / (days + others)).sum()
        below += ((found * ~after).sum(axis=1) * days / (days + others)).sum()
    return float(np.log(over / below))


@pytest.mark.parametrize("seed", [20260101, 2])
def test_the_effect_of_patrols_is_recovered_from_the_files(seed: int, tmp_path: Path) -> None:
    folder = simulate(tmp_path, seed=seed).folder
    truth = pl.read_csv(folder / "truth/events.csv", try_parse_dates=True)
    found = log_rate(*treated_days(folder), truth)
    assert found == pytest.approx(patrols.LOG_RATE, abs=0.15)
    assert json.loads((folder / "truth/parameters.json").read_text())["patrols"]["log_rate"] == patrols.LOG_RATE
    # What reporters tell, exactly placed and dated, says the same of half as many.
    told = pl.read_csv(folder / "incidents_revised.csv", try_parse_dates=True)
    exact = told.filter(where_precision="exact", date_precision="day").with_columns(instant=pl.col("date_start"))
    assert -1.1 < log_rate(*treated_days(folder), exact) < -0.35


def test_without_their_influence_nothing_is_found(folder: Path) -> None:
    """Patrols go where they go whatever happens there: the same history without them shows no effect."""
    seed = np.random.SeedSequence(20260101).spawn(3)[0]
    happened = history.happen(seed, reporting.DAYS, 1.0).happened
    spots, days = ground.degrees(happened.place), happened.day.astype(np.int64).astype("timedelta64[D]")
    instants = (np.datetime64(reporting.FIRST_DAY, "D") + days).astype("datetime64[us]")
    events = pl.DataFrame({"longitude": spots[:, 0], "latitude": spots[:, 1], "instant": instants})
    assert log_rate(*treated_days(folder), events) == pytest.approx(0, abs=0.12)


@pytest.mark.parametrize("seed", [20260101, 3])
def test_more_is_told_where_a_patrol_looks(seed: int, tmp_path: Path) -> None:
    """By as much as the mission says, read from the truth and the pings alone."""
    folder = simulate(tmp_path, seed=seed).folder
    effect = json.loads((folder / "truth/parameters.json").read_text())["patrols"]
    truth = pl.read_csv(folder / "truth/events.csv", try_parse_dates=True)
    country = ground.country()
    silent = country.codes[country.names.index(ground.UNREPORTED_ZONE)]
    looked = where_patrols_look(folder, truth.filter(pl.col("zone") != silent))
    shares = dict(looked.group_by("looked").agg(pl.col("incident_id").is_not_null().mean()).iter_rows())
    assert looked["looked"].sum() > 150
    assert shares[True] == pytest.approx(effect["told_where_looked"], abs=0.04)
    assert shares[False] == pytest.approx(effect["told_elsewhere"], abs=0.03)


def where_patrols_look(folder: Path, events: pl.DataFrame) -> pl.DataFrame:
    """Events with `looked`: whether a patrol on the ground was near on the very day."""
    known, follows = treated_days(folder, first=0, last=0)
    cells = hexgrid.from_points(events["longitude"].to_numpy(), events["latitude"].to_numpy(), patrols.RESOLUTION)
    day = (events["instant"].dt.date() - reporting.FIRST_DAY).dt.total_days().to_numpy()
    at = np.minimum(np.searchsorted(known, cells), known.size - 1)
    return events.with_columns(looked=pl.Series((known[at] == cells) & follows[at, day]))


def test_patrols_are_of_every_kind_and_days_are_whole(folder: Path) -> None:
    pings = pl.read_csv(folder / "patrols.csv", try_parse_dates=True)
    assert set(pings["type"]) == {"vehicle", "foot"}
    flights = read_delivery(folder / "flights.gpx").events
    assert set(flights["patrol_type"]) == {"air"}
    assert flights.group_by("track").agg(pl.col("time").dt.date().n_unique())["time"].max() == 1
    assert pings.group_by("patrol_id").agg(pl.col("time").dt.date().n_unique())["time"].max() == 1
    posts = pl.read_parquet(folder / "posts.parquet")
    assert set(posts["type"]) == {"post"}
    assert (
        posts.group_by("patrol_id").agg(pl.col("longitude").n_unique())["longitude"].to_list()
        == [1] * posts["patrol_id"].n_unique()
    )
