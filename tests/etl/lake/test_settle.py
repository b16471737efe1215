"""The law of the lake: pings end in the same days and the same facts, however they are cut into deliveries."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexwatch_etl.events import REMARK_SCHEMA, Delivery
from hexwatch_etl.lake import Lake
from hexwatch_etl.lake.days import Part
from hexwatch_etl.tracks import cut as cutting
from hexwatch_etl.tracks import settle as settling
from hexwatch_etl.tracks.arrive import Arrivals
from hexwatch_etl.tracks.clean import clean
from hexwatch_etl.tracks.cut import cut, local_days, tasks
from hexwatch_etl.tracks.days import with_midnights
from hexwatch_etl.tracks.lines import lines
from hexwatch_etl.tracks.mapping import Cleaning
from hexwatch_etl.tracks.pings import PING_SCHEMA
from hexwatch_etl.tracks.settle import Settled, settle
from hexwatch_etl.tracks.stage import DAY, days_of_tracks
from hexwatch_etl.tracks.visits import visits

BASE = 5
BEGAN = datetime(2024, 1, 15, 20, tzinfo=UTC)
PARTS = (None, "late")
Row = tuple[str, int, int]  # track, quarters of an hour, tenths of a degree
Facts = dict[date, tuple[list[tuple], list[tuple]]]


def pings(rows: Sequence[Row]) -> pl.DataFrame:
    """Pings of a delivery, a part for the second half of a track's life."""
    data = [
        (line, track, track, PARTS[quarter > 60], BEGAN + quarter * timedelta(minutes=15), x / 10, 4.0, "car", 3)
        for line, (track, quarter, x) in enumerate(rows, 2)
    ]  # fmt: skip
    return pl.DataFrame(data, schema=PING_SCHEMA, orient="row")


class Store:
    """A lake and the facts that its loads publish, as a database would hold them."""

    def __init__(self, folder: Path, zone: str, cleaning: Cleaning) -> None:
        self.folder, self.zone, self.cleaning = folder, zone, cleaning
        self.runs, self.facts = 0, Facts()
        self.parts: dict[date, Part] = {}

    def load(self, rows: Sequence[Row], *, whole_days: bool = False, file: str = "f.csv") -> Settled:
        """Take in a delivery; publish what it changed."""
        self.runs += 1
        lake = Lake(self.folder, "mark", self.runs, "recipe", dict(self.parts))
        arrivals = Arrivals(lake.scratch, self.cleaning, self.zone)
        nothing = pl.DataFrame(schema=REMARK_SCHEMA)
        arrivals.add(file, Delivery(len(rows), pings(rows), nothing, nothing))
        settled = settle(lake, arrivals, whole_days=whole_days)
        days = local_days(settled.changed, self.zone, self.cleaning.reach)
        found = [cut(task) for task in tasks(lake, days, self.zone, self.cleaning.reach, BASE)]
        self.facts = {day: fact for day, fact in self.facts.items() if day not in days}
        if found:  # of a large day there are several, for other tracks each
            self.facts |= by_day(*(pl.concat(frames) for frames in zip(*found, strict=True)))
        self.parts = lake.parts
        lake.sweep()
        return settled

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.parquet"))


def by_day(tracks: pl.DataFrame, visited: pl.DataFrame) -> Facts:
    """Days of tracks that have visits, and the visits at the base."""
    at_base = visited.filter((pl.col("cell") // 2**52) % 16 == BASE)
    seen = tracks.join(at_base.select("track", "day").unique(), on=["track", "day"], how="semi")
    return {
        day: (sorted(seen.filter(day=day).rows()), sorted(at_base.filter(day=day).rows()))
        for day in at_base["day"].unique()
    }


def at_once(rows: Sequence[Row], zone: str, cleaning: Cleaning) -> Facts:
    """The facts of one file that holds everything, without any lake."""
    kept, _ = clean(pings(rows).with_columns(file=pl.lit("f")), cleaning)
    found = with_midnights(kept, zone)
    return by_day(days_of_tracks(found).join(lines(found), on=DAY, how="left"), visits(found, BASE))


# Quarters of an hour from 20:00 of the first day: most ways pass midnight, some are too fast, some times come twice.
rows = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 140), st.integers(0, 12)), min_size=1, max_size=40)
zones = st.sampled_from(["UTC", "America/Chicago", "Pacific/Apia"])
cleanings = st.builds(Cleaning, longest_gap_minutes=st.sampled_from([16, 60, 1500, 3000]))


@settings(max_examples=60)
@given(rows, st.data(), zones, cleanings)
def test_deliveries_in_any_order_end_where_one_would(
    found: list[Row], data: st.DataObject, zone: str, cleaning: Cleaning
) -> None:
    pieces = data.draw(st.lists(st.integers(0, 3), min_size=len(found), max_size=len(found)))
    order = data.draw(st.permutations(range(4)))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), zone, cleaning)
        for piece in order:
            delivery = [row for row, of in zip(found, pieces, strict=True) if of == piece]
            settled = store.load(delivery)
            refused = pl.concat(settled.rejects).height if settled.rejects else 0
            assert refused <= len(delivery)
        assert store.facts == at_once(found, zone, cleaning)
        assert len(store.files()) == len({BEGAN.date() + timedelta(hours=20 + q / 4) for _, q, _ in found})
        assert store.load(found).changed == set()


@settings(max_examples=20)
@given(rows, zones, cleanings)
def test_it_does_not_matter_how_much_is_done_at_once(found: list[Row], zone: str, cleaning: Cleaning) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "TOGETHER", 3)
        patch.setattr(cutting, "PINGS", 2)
        patch.setattr("hexwatch_etl.lake.files.ROWS", 2)
        patch.setattr("hexwatch_etl.tracks.arrive.IN_MEMORY", 1)
        store = Store(Path(folder), zone, cleaning)
        store.load(found)
        assert store.facts == at_once(found, zone, cleaning)


def test_a_day_told_anew_replaces_that_day_of_that_track_alone(tmp_path: Path) -> None:
    """In Chicago: the ping of 02:00 UTC is still of the day before."""
    first = [("a", 8, 0), ("a", 24, 1), ("a", 40, 2), ("b", 24, 5)]
    store = Store(tmp_path, "America/Chicago", Cleaning(longest_gap_minutes=600))
    store.load(first)
    store.load([("a", 23, 9)], whole_days=True, file="other.csv")
    left = [("a", 23, 9), ("a", 40, 2), ("b", 24, 5)]
    assert store.facts == at_once(left, "America/Chicago", store.cleaning)


def test_a_file_told_anew_takes_back_what_it_said_of_other_tracks_on_those_days(tmp_path: Path) -> None:
    store = Store(tmp_path, "UTC", Cleaning(longest_gap_minutes=600))
    store.load([("a", 0, 0), ("misnamed", 4, 1), ("b", 40, 2)])
    store.load([("c", 4, 5)], file="other.csv")
    settled = store.load([("a", 0, 0), ("b", 4, 1)])  # adds, unless it is said to replace
    assert settled.lacked == 1
    assert store.facts == at_once(
        [("a", 0, 0), ("misnamed", 4, 1), ("b", 40, 2), ("c", 4, 5), ("b", 4, 1)], "UTC", store.cleaning
    )
    assert store.load([("a", 0, 0), ("b", 4, 1)], whole_days=True).lacked == 0
    assert store.facts == at_once([("a", 0, 0), ("b", 40, 2), ("c", 4, 5), ("b", 4, 1)], "UTC", store.cleaning)


def test_what_an_earlier_load_knew_is_used_but_not_refused(tmp_path: Path) -> None:
    store = Store(tmp_path, "UTC", Cleaning())
    store.load([("a", 0, 0), ("a", 1, 1)])
    settled = store.load([("a", 1, 1), ("a", 1, 1), ("a", 2, 2)])
    assert (settled.known, pl.concat(settled.rejects)["rule"].to_list()) == (1, ["repeated-ping"])
