"""Loads of tracks on real PostGIS: additive facts, distinct counts, days that come again, and what the map shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.pings import TrackLoads, ping
from fixtures.service import Serve
from hexwatch_etl.tracks import load as module
from hexwatch_schemas.errors import LoadLost, QuarantineExceeded, UsageError

# Two patrols and a post, over two days: the way of `a` crosses midnight, `post` has nobody's number.
TRACKS = [
    ping("a", "2024-01-15T23:50:00Z", 18.0),
    ping("a", "2024-01-15T23:58:00Z", 18.01),
    ping("a", "2024-01-16T00:06:00Z", 18.02),
    ping("b", "2024-01-15T08:00:00Z", 18.0, kind="convoy", people=20),
    ping("b", "2024-01-15T08:10:00Z", 18.1, kind="convoy", people=20),
    ping("post", "2024-01-16T10:00:00Z", 18.0, kind="post", people=None),
    ping("post", "2024-01-16T10:20:00Z", 18.0, kind="post", people=None),
]


def sums(dsn: str, dataset: str = "patrols") -> dict[tuple[str, int], float]:
    """Amount of each measure at each resolution."""
    asked = """
        select m.name, f.resolution, sum(f.amount)::float / m.scale
        from hex.fact f join catalog.dataset d on d.number = f.dataset
        join catalog.measure m on m.dataset = f.dataset and m.position = f.measure
        where d.id = %s group by m.name, m.scale, f.resolution"""
    with psycopg.connect(dsn) as conn:
        return {(name, resolution): amount for name, resolution, amount in conn.execute(asked, (dataset,)).fetchall()}


def test_every_resolution_holds_the_same_metres_and_seconds(dsn: str, load_pings: TrackLoads) -> None:
    done = load_pings(dsn, TRACKS)
    assert (done.status, done.release, done.events_opened) == ("published", 1, 4)
    assert (done.rows_in, done.rows_loaded, done.rows_quarantined) == (7, 7, 0)
    found = sums(dsn)
    for resolution in range(1, 9):
        assert found["seconds", resolution] == 960 + 600 + 1200
        assert found["person_seconds", resolution] == 960 * 4 + 600 * 20
        assert found["metres", resolution] == pytest.approx(found["metres", 8], abs=1e-9)
    assert found["visits", 1] == 4
    assert found["visits", 8] > 8
    assert any("2 pings of unknown strength" in note for note in done.notes)


def test_patrol_types_are_categories_and_days_are_parted(dsn: str, load_pings: TrackLoads) -> None:
    load_pings(dsn, TRACKS)
    by_day = """
        select day, category, amount from hex.fact_by_day
        where measure = 'seconds' and resolution = 1 order by day, category"""
    with psycopg.connect(dsn) as conn:
        assert conn.execute(by_day).fetchall() == [
            (date(2024, 1, 15), "convoy", 600.0),
            (date(2024, 1, 15), "foot", 600.0),
            (date(2024, 1, 16), "foot", 360.0),
            (date(2024, 1, 16), "post", 1200.0),
        ]


def test_distinct_tracks_survive_parents_and_windows(dsn: str, load_pings: TrackLoads) -> None:
    load_pings(dsn, TRACKS)
    seen = "select max(tracks), max(movers), max(days), max(last_day_seen) from raw.tracks_seen(1, %s, %s, %s)"
    with psycopg.connect(dsn) as conn:
        week = conn.execute(seen, (1, date(2024, 1, 10), date(2024, 1, 17))).fetchone()
        first_day = conn.execute(seen, (1, date(2024, 1, 15), date(2024, 1, 15))).fetchone()
    assert week == (3, 3, 2, date(2024, 1, 16))
    assert first_day == (2, 2, 1, date(2024, 1, 15))


def test_the_same_twice_is_no_second_release(dsn: str, load_pings: TrackLoads) -> None:
    first, second = load_pings(dsn, TRACKS), load_pings(dsn, list(reversed(TRACKS)))
    assert (second.status, second.release, second.digest) == ("unchanged", None, first.digest)


def test_a_day_that_comes_again_replaces_that_day_of_that_track(dsn: str, load_pings: TrackLoads) -> None:
    load_pings(dsn, TRACKS, file="first.csv")
    slower = [ping("a", "2024-01-15T23:40:00Z", 18.0), ping("a", "2024-01-15T23:58:00Z", 18.01)]
    done = load_pings(dsn, slower, replace_days=True)
    assert (done.release, done.events_opened, done.events_closed) == (2, 1, 1)
    over_midnight = 480  # from the ping that came again to the next day's first, which did not come again
    assert sums(dsn)["seconds", 8] == 18 * 60 + over_midnight + 600 + 1200
    with psycopg.connect(dsn) as conn:
        beliefs = conn.execute(
            "select pings, run_to is null from raw.track where key = 'a' and day = '2024-01-15' order by run_from"
        ).fetchall()
    assert beliefs == [(2, False), (2, True)]


def test_replace_takes_away_what_is_missing(dsn: str, load_pings: TrackLoads) -> None:
    load_pings(dsn, TRACKS)
    done = load_pings(dsn, TRACKS[:3], replace=True)
    assert (done.events_opened, done.events_closed) == (0, 2)
    assert done.digest == load_pings(dsn, TRACKS[:3], dataset="fresh").digest


def test_faults_count_against_the_threshold_but_repeats_do_not(dsn: str, load_pings: TrackLoads) -> None:
    assert load_pings(dsn, TRACKS * 3, threshold=0.0).quarantined == {"repeated-ping": 14}
    jump = [ping("c", "2024-01-15T08:00:00Z", 18.0), ping("c", "2024-01-15T08:00:01Z", 19.0)]
    with pytest.raises(QuarantineExceeded, match="1 of 2 rows"):
        load_pings(dsn, jump, threshold=0.1)
    with psycopg.connect(dsn) as conn:
        kept = conn.execute("select line, reason from raw.quarantine where rule = 'jump'").fetchall()
    assert [(line, "2024-01-15 08:00:01 UTC" in reason) for line, reason in kept] == [(3, True)]


def test_45_a_load_that_was_replaced_publishes_nothing(
    dsn: str, load_pings: TrackLoads, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = module.stage

    def overtaken(conn: psycopg.Connection, *rest: Any) -> None:
        staged(conn, *rest)
        conn.execute("update catalog.dataset set fence = fence + 1")

    monkeypatch.setattr(module, "stage", overtaken)
    with pytest.raises(LoadLost):
        load_pings(dsn, TRACKS)
    assert sums(dsn) == {}


def test_reports_and_pings_are_not_mixed_up(dsn: str, load_pings: TrackLoads, load_reports: Callable[..., Any]) -> None:
    load_pings(dsn, TRACKS, dataset="mission")
    with pytest.raises(UsageError, match="holds tracks"):
        load_reports(dsn, [])


def test_the_map_shows_effort(dsn: str, load_pings: TrackLoads, serve: Serve) -> None:
    load_pings(dsn, TRACKS)
    with serve(dsn) as client:
        tile = client.get("/tiles/patrols/14/9011/8009.mvt").content
    shown = [f["properties"] for f in mapbox_vector_tile.decode(tile)["patrols"]["features"]]
    assert {name for cell in shown for name in cell} == {
        *("h3", "patrol_km", "patrol_hours", "person_hours", "visits"),
        *("patrols", "patrol_days", "patrol_nights", "days_since_visit"),
    }
    start = next(cell for cell in shown if cell["h3"] == h3.int_to_str(h3.latlng_to_cell(4.0, 18.0, 8)))
    assert start["visits"] == 3
    assert start["patrol_hours"] > 1200 / 3600


hours = st.integers(0, 40)
deliveries = st.lists(
    st.dictionaries(st.sampled_from("ab"), st.lists(st.tuples(hours, st.integers(0, 40)), min_size=1, max_size=5)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries)
def test_incremental_loads_equal_a_full_rebuild(
    new_database, load_pings: TrackLoads, history: list[dict[str, list[tuple[int, int]]]]
) -> None:
    """Any history of deliveries ends where loading only the last one would."""

    def rows(delivery: dict[str, list[tuple[int, int]]]) -> list[dict[str, Any]]:
        return [
            ping(track, f"2024-01-{15 + hour // 24}T{hour % 24:02}:00:00Z", 18 + step / 40)
            for track, way in delivery.items()
            for hour, step in way
        ]

    with new_database() as grown, new_database() as fresh:
        digests = [load_pings(grown, rows(delivery), replace=True).digest for delivery in history]
        assert load_pings(fresh, rows(history[-1])).digest == digests[-1]
