"""The rules of tracks, one by one, and the law that no ping is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_etl.tracks.clean import clean
from hexwatch_etl.tracks.mapping import Cleaning, Movement, Order
from hexwatch_etl.tracks.pings import PING_SCHEMA

BEGAN = datetime(2024, 1, 15, 6, tzinfo=UTC)
METRE = 1 / 111_195.08  # degrees on the sphere of the speed limit


def pings(*rows: tuple[float, float], track: str = "a", kind: str = "foot", part: str | None = None) -> pl.DataFrame:
    """Pings on the equator, each so many seconds after the beginning and metres to the east."""
    data = [
        (at, track, track, part, BEGAN + timedelta(seconds=seconds), metres * METRE, 0.0, kind, None)
        for at, (seconds, metres) in enumerate(rows, 2)
    ]
    frame = pl.DataFrame(data, schema=PING_SCHEMA, orient="row")
    return frame.with_columns(file=pl.lit("pings.csv"))


def verdicts(frame: pl.DataFrame, cleaning: Cleaning) -> tuple[list[int], list[tuple[int, str]]]:
    """Lines that are kept, and lines with the rules that refused them."""
    kept, rejects = clean(frame, cleaning)
    return kept["line"].to_list(), [(line, rule) for line, rule in rejects.select("line", "rule").rows()]


FOOT = Cleaning(movement=Movement.FOOT)


def test_an_exact_repeat_counts_once() -> None:
    assert verdicts(pings((0, 0), (60, 50), (0, 0), (60, 50)), FOOT) == (
        [2, 3],
        [(4, "repeated-ping"), (5, "repeated-ping")],
    )


def test_of_two_places_at_one_time_the_first_counts() -> None:
    assert verdicts(pings((0, 0), (0, 10), (60, 50)), FOOT) == ([2, 4], [(3, "equal-time")])


def test_rows_in_any_order_are_sorted_unless_they_stand_in_the_order_of_the_track() -> None:
    rows = pings((0, 0), (120, 100), (60, 50), (180, 150))
    assert verdicts(rows, FOOT) == ([2, 4, 3, 5], [])
    in_order = Cleaning(movement=Movement.FOOT, order=Order.FILE)
    assert verdicts(rows, in_order) == ([2, 3, 5], [(4, "backward-time")])


def test_a_spike_is_a_jump_and_what_follows_is_believed() -> None:
    assert verdicts(pings((0, 0), (60, 5000), (120, 100)), FOOT) == ([2, 4], [(3, "jump")])


@pytest.mark.parametrize(("movement", "kmh"), [("foot", 25), ("vehicle", 200), ("air", 1200)])
def test_the_limit_is_that_of_the_movement(movement: str, kmh: float) -> None:
    cleaning = Cleaning(movement=Movement(movement))
    hundred_seconds = kmh / 3.6 * 100
    assert len(clean(pings((0, 0), (100, hundred_seconds * 0.999)), cleaning)[0]) == 2
    assert len(clean(pings((0, 0), (100, hundred_seconds * 1.001)), cleaning)[0]) == 1


def test_a_declared_limit_goes_before_the_movement_and_a_type_before_the_dataset() -> None:
    rows = pings((0, 0), (60, 900), kind="convoy")
    assert len(clean(rows, FOOT)[0]) == 1
    assert len(clean(rows, Cleaning(movement=Movement.FOOT, fastest_kmh=60))[0]) == 2
    assert len(clean(rows, Cleaning(movement=Movement.FOOT, by_type={"convoy": Movement.VEHICLE}))[0]) == 2


def test_a_silence_breaks_a_track_and_excuses_a_jump() -> None:
    kept, rejects = clean(pings((0, 0), (3600, 100), (7201, 900_000)), FOOT)
    assert kept["stretch"].to_list() == [0, 0, 1]
    assert rejects.is_empty()


def test_a_part_breaks_a_track() -> None:
    kept, _ = clean(pl.concat([pings((0, 0), part="1"), pings((60, 0), part="2")]), FOOT)
    assert kept["stretch"].n_unique() == 2


def test_tracks_do_not_touch_each_other() -> None:
    kept, rejects = clean(pl.concat([pings((0, 0), (60, 9)), pings((30, 90_000), track="b")]), FOOT)
    assert rejects.is_empty()
    assert kept.group_by("track").agg(pl.col("stretch").n_unique()).sort("track").rows() == [("a", 1), ("b", 1)]


def test_nothing_is_clean() -> None:
    kept, rejects = clean(pings(), FOOT)
    assert (kept.height, rejects.height) == (0, 0)


rows = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 300), st.integers(-3000, 3000)), max_size=30)
cleanings = st.builds(
    Cleaning,
    movement=st.sampled_from(Movement),
    order=st.sampled_from(Order),
    longest_gap_minutes=st.sampled_from([1, 3]),
)


@given(rows, cleanings)
def test_every_ping_is_kept_or_refused_and_what_is_kept_could_be_true(
    found: list[tuple[str, int, int]], cleaning: Cleaning
) -> None:
    frame = pl.concat([pings(), *(pings((s, m), track=t) for t, s, m in found)])
    kept, rejects = clean(frame.with_columns(line=pl.int_range(2, pl.len() + 2)), cleaning)
    lines = [*kept["line"], *rejects["line"]]
    assert sorted(lines) == list(range(2, len(found) + 2))
    ahead = [pl.col(c).diff().over("stretch").alias(c) for c in ("time", "longitude")]
    steps = kept.select(*ahead).drop_nulls()
    seconds, metres = steps["time"].dt.total_seconds(), steps["longitude"].abs() / METRE
    assert (seconds > 0).all()
    assert (seconds <= cleaning.longest_gap(cleaning.movement) * 60).all()
    assert (metres <= cleaning.fastest(cleaning.movement) / 3.6 * seconds * 1.0001).all()
