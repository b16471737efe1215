"""Metres, seconds and entries of cells: they are the track's own, at every resolution, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexwatch_etl.tracks.clean import clean
from hexwatch_etl.tracks.days import midnights, with_midnights
from hexwatch_etl.tracks.mapping import Cleaning
from hexwatch_etl.tracks.pings import PING_SCHEMA
from hexwatch_etl.tracks.visits import visits

WGS84 = pyproj.Geod(ellps="WGS84")
NAIROBI = "Africa/Nairobi"
ANYTHING = Cleaning(fastest_kmh=1e9, longest_gap_minutes=1e6)


def track(*rows: tuple[datetime, float, float], name: str = "a") -> pl.DataFrame:
    """A clean track."""
    data = [(line, name, name, None, *row, "foot", None) for line, row in enumerate(rows, 2)]
    frame = pl.DataFrame(data, schema=PING_SCHEMA, orient="row").with_columns(file=pl.lit("pings.csv"))
    return clean(frame, ANYTHING)[0]


def visited(pings: pl.DataFrame, base: int, zone: str = "UTC") -> pl.DataFrame:
    """Visits with their resolution."""
    found = visits(with_midnights(pings, zone), base)
    return found.with_columns(resolution=(pl.col("cell") // 2**52) % 16)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # pyright: ignore[reportArgumentType]


def test_the_worked_example_shares_time_by_length() -> None:
    """docs/statistics.md, effort: 1,237.48 m and 1,237.55 m; half an hour is shared in the same way."""
    (lat, lon), (to_lat, to_lon) = (h3.cell_to_latlng(int(c, 16)) for c in ("876b9aa0dffffff", "876b9aa08ffffff"))
    pings = track((utc(2024, 1, 15, 6), lon, lat), (utc(2024, 1, 15, 6, 30), to_lon, to_lat))
    found = visited(pings, 7).filter(resolution=7)
    assert found["metres"].to_list() == pytest.approx([1_237_480, 1_237_550], abs=10)
    assert found["seconds"].sum() == 1_800_000
    assert found["seconds"][0] == pytest.approx(1_800_000 * 1237.4775 / 2475.0292, abs=1)


def test_standing_still_is_time_without_length() -> None:
    found = visited(track((utc(2024, 1, 15, 6), 35, -1), (utc(2024, 1, 15, 7), 35, -1)), 9).filter(resolution=9)
    assert found.select("metres", "seconds", "entries").rows() == [(0, 3_600_000, 1)]


def test_a_ping_alone_is_a_visit_of_no_time() -> None:
    found = visited(track((utc(2024, 1, 15, 6), 35, -1)), 9)
    assert found.select("metres", "seconds", "entries").rows() == [(0, 0, 1)] * 9


def test_nobody_visited_nothing() -> None:
    assert visited(track(), 5).is_empty()


def test_local_midnight_parts_the_days() -> None:
    """From 23:00 to 02:00 in Nairobi: one hour of the first day, two of the second, the way in the same proportion."""
    pings = track((utc(2024, 1, 15, 20), 35, -1), (utc(2024, 1, 15, 23), 35.1, -1))
    found = visited(pings, 7, NAIROBI).filter(resolution=7).group_by("day", maintain_order=True)
    by_day = found.agg(pl.col("metres", "seconds").sum()).rows()
    length = round(WGS84.inv(35, -1, 35.1, -1)[2] * 1000)
    assert [(day, seconds) for day, _, seconds in by_day] == [
        (date(2024, 1, 15), 3_600_000),
        (date(2024, 1, 16), 7_200_000),
    ]
    assert [metres for _, metres, _ in by_day] == pytest.approx([length / 3, length * 2 / 3], abs=1)


def test_a_patrol_that_ends_at_midnight_is_of_one_day() -> None:
    pings = track((utc(2024, 1, 15, 20), 35, -1), (utc(2024, 1, 15, 21), 35.01, -1))
    assert visited(pings, 7, NAIROBI)["day"].unique().to_list() == [date(2024, 1, 15)]


def test_a_night_is_of_the_cell_where_midnight_finds_the_track_and_of_the_day_that_ends() -> None:
    pings = track((utc(2024, 1, 15, 20), 35, -1), (utc(2024, 1, 15, 23), 35.1, -1))  # midnight of Nairobi: 21:00
    at_midnight = h3.latlng_to_cell(-1, 35 + 0.1 / 3, 7)
    nights = visited(pings, 7, NAIROBI).filter(pl.col("nights") > 0)
    assert nights.filter(resolution=7).select("day", "cell", "nights").rows() == [(date(2024, 1, 15), at_midnight, 1)]
    assert nights["resolution"].to_list() == [7, 6, 5, 4, 3, 2, 1]
    assert visited(pings, 7)["nights"].sum() == 0


def test_a_post_of_several_days_has_each_of_them() -> None:
    """Beirut: summer time skips midnight of 31 March 2024, so that day has 23 hours."""
    pings = track((utc(2024, 3, 29, 22), 35.5, 33.9), (utc(2024, 4, 1, 21), 35.5, 33.9))
    found = visited(pings, 6, "Asia/Beirut").filter(resolution=6).sort("day")
    assert [(day.day, seconds / 3.6e6) for day, seconds in found.select("day", "seconds").rows()] == [
        (30, 24),
        (31, 23),
        (1, 24),
    ]
    assert found["entries"].to_list() == [1, 1, 1]
    assert found["nights"].to_list() == [1, 1, 1]  # it ends at the midnight that ends the third day


def test_midnight_that_summer_time_skips_is_when_the_clock_goes_on() -> None:
    found = midnights(pl.Series([date(2024, 3, 30), date(2024, 3, 31), date(2024, 4, 1)]), "Asia/Beirut")
    assert found.to_list() == [utc(2024, 3, 29, 22), utc(2024, 3, 30, 22), utc(2024, 3, 31, 21)]


def test_a_way_between_children_is_no_entry_of_their_parent() -> None:
    centre, *_ = children = sorted(h3.cell_to_children(h3.latlng_to_cell(-1, 35, 7), 8))
    there_and_back = [h3.cell_to_latlng(c) for c in (children[0], children[1], centre)]
    start = utc(2024, 1, 15, 6)
    pings = track(*((start + timedelta(minutes=n), lon, lat) for n, (lat, lon) in enumerate(there_and_back)))
    entries = visited(pings, 8).group_by("resolution").agg(pl.col("entries").sum())
    assert dict(entries.filter(pl.col("resolution") >= 7).rows()) == {8: 3, 7: 1}


anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
steps = st.lists(
    st.tuples(st.integers(1, 40 * 3600), st.floats(-180, 180), st.floats(0, 30_000)), min_size=1, max_size=8
)


@settings(max_examples=60)
@given(anywhere, steps, st.integers(1, 9), st.sampled_from(["UTC", NAIROBI, "Pacific/Apia"]))
def test_cells_have_the_tracks_own_metres_and_seconds(
    start: tuple[float, float], way: list[tuple[int, float, float]], base: int, zone: str
) -> None:
    rows, (lon, lat), time = [], start, utc(2024, 1, 15, 6)
    rows.append((time, lon, lat))
    for seconds, azimuth, metres in way:
        lon, lat, _ = WGS84.fwd(lon, lat, azimuth, metres)  # pyright: ignore[reportCallIssue]
        time += timedelta(seconds=seconds)
        rows.append((time, lon, lat))
    found = visited(track(*rows), base, zone)
    length = np.sum([WGS84.inv(a[1], a[2], b[1], b[2])[2] for a, b in pairwise(rows)])
    days = found["day"].n_unique()
    for _, at_resolution in found.group_by("resolution"):
        assert at_resolution["seconds"].sum() == pytest.approx(1000 * sum(s for s, *_ in way), abs=days)
        assert at_resolution["metres"].sum() == pytest.approx(1000 * length, rel=1e-6, abs=days)
    assert (found["metres"] >= 0).all()
    assert (found["seconds"] >= 0).all()
