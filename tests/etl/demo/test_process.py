"""The history of the made-up country breeds violence as its parameters say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fixtures.mission import written
from hexwatch_etl.demo import country as ground
from hexwatch_etl.demo import process, simulate
from hexwatch_etl.demo.reporting import DAYS, FIRST_DAY

LONG = 100.0  # days after which hardly any child (e^-10) is still to come


@pytest.fixture(scope="module", params=[20260101, 1, 2])
def truth(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Every incident with its delay and its distance (kilometres east and north) from the one that set it off."""
    mission = simulate(tmp_path_factory.mktemp("seed"), seed=request.param)
    events = written(mission).truth.with_columns(
        day=(pl.col("instant") - pl.lit(FIRST_DAY).cast(pl.Datetime("us", "UTC"))).dt.total_seconds() / 86_400,
        x=pl.col("longitude") * ground.KM_PER_DEGREE * np.cos(np.radians(ground.CENTRE[1])),
        y=pl.col("latitude") * ground.KM_PER_DEGREE,
    )
    parents = events.select("event", "day", "x", "y", "generation")
    return events.join(parents, left_on="parent", right_on="event", how="left", suffix="_parent").with_columns(
        delay=pl.col("day") - pl.col("day_parent"),
        east=pl.col("x") - pl.col("x_parent"),
        north=pl.col("y") - pl.col("y_parent"),
    )


def test_branching_ratio_is_recovered(truth: pl.DataFrame) -> None:
    """Children over the parents' expected ones in the period (the maximum likelihood estimate)."""
    triggering = process.Triggering()
    seen = 1 - np.exp(-(DAYS - truth["day"].to_numpy()) / triggering.mean_delay)
    assert truth["parent"].count() / seen.sum() == pytest.approx(triggering.branching, abs=0.03)


def test_delay_and_spread_are_recovered(truth: pl.DataFrame) -> None:
    triggering = process.Triggering()
    children = truth.filter(pl.col("day_parent") < DAYS - LONG)
    assert children["delay"].mean() == pytest.approx(triggering.mean_delay, abs=0.8)
    assert children["delay"].median() == pytest.approx(triggering.mean_delay * np.log(2), abs=0.6)
    for axis in ("east", "north"):
        assert children[axis].std() == pytest.approx(triggering.spread, abs=0.25)
        assert children[axis].mean() == pytest.approx(0, abs=0.4)


def test_children_follow_their_parents(truth: pl.DataFrame) -> None:
    children = truth.filter(pl.col("parent").is_not_null())
    assert truth["instant"].is_sorted()
    assert (children["delay"] >= 0).all()
    assert (children["generation"] == children["generation_parent"] + 1).all()
    assert (truth.filter(pl.col("parent").is_null())["generation"] == 0).all()


def test_parameters_are_written_with_the_truth(folder: Path) -> None:
    told = json.loads((folder / "truth/parameters.json").read_text())
    assert told["triggering"] == {"branching": 0.4, "mean_delay": 10.0, "spread": 5.0}
    assert (told["seed"], told["scale"], told["unreported_zone"]) == (20260101, 1.0, "Sorrimar")


def one_a_day(days: int) -> process.Happenings:
    day = np.arange(days, dtype=np.float64)
    return process.Happenings.first(day, np.zeros((days, 2)), np.zeros(days, dtype=np.int64))


def test_influences_multiply_and_what_does_not_happen_sets_off_nothing() -> None:
    def halved(_days: np.ndarray, places: np.ndarray) -> np.ndarray:
        return np.full(len(places), 0.5)

    def ended(days: np.ndarray, _places: np.ndarray) -> np.ndarray:
        return (days < 500).astype(np.float64)

    def count(*influences: process.Survival) -> process.Happenings:
        return process.run(one_a_day(1000), 1000, process.Triggering(), influences, np.random.default_rng(1))

    quartered = count(halved, halved)
    # A quarter of the background, and a branching of 0.1 in place of 0.4: 250 / 0.9.
    assert len(quartered) == pytest.approx(278, abs=60)
    assert count(ended).day.max() < 500
    assert len(count(lambda days, _: np.zeros(len(days)))) == 0


def test_nothing_happens_after_the_period() -> None:
    restless, rng = process.Triggering(branching=0.9), np.random.default_rng(1)
    history = process.run(one_a_day(50), 50, restless, [lambda days, _: np.ones(len(days))], rng)
    assert len(history) > 50
    assert history.day.max() < 50
