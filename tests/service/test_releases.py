"""A service that runs sees new releases by itself, and no reader sees half of one."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg

from fixtures.reports import Loads, report
from fixtures.service import Serve
from hexwatch_schemas.queries import query
from hexwatch_schemas.windows import Window
from oracle.sums import asked


def test_a_new_release_is_served_without_a_restart(dsn: str, load_reports: Loads, serve: Serve) -> None:
    load_reports(dsn, [report("a")])
    with serve(dsn) as client:
        before = client.get("/tiles/mission/6/35/31.mvt")
        load_reports(dsn, [report("a"), report("b", longitude=19.0)])
        deadline = time.monotonic() + 60
        while client.get("/layers/mission").json()["release"] == 1:
            assert time.monotonic() < deadline, "the service did not hear of the release"
        after = client.get("/tiles/mission/6/35/31.mvt")
        assert before.headers["etag"] != after.headers["etag"]


def test_50_readers_see_one_release_or_the_next(dsn: str, load_reports: Loads) -> None:
    """Every delivery moves all mass elsewhere; a reader between delete and insert would see too little or too much."""
    places = [{"longitude": 18.5}, {"longitude": 21.5, "precision": "near"}]
    load_reports(dsn, [report(str(i), **places[0]) for i in range(40)])
    done = threading.Event()
    everything = {**asked(1, 5, Window(date(2024, 1, 1), date(2024, 12, 31)))}

    def read() -> list[float]:
        seen = []
        with psycopg.connect(dsn, autocommit=True) as conn:
            while not done.is_set() or len(seen) < 100:
                rows = conn.execute(query("sums.on_cells", "oracle"), everything).fetchall()
                seen.append(round(sum(p + s for _, m, p, s in rows if m == "events"), 6))
        return seen

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        for turn in range(1, 7):
            load_reports(dsn, [report(str(i), revision=turn + 1, **places[turn % 2]) for i in range(40)])
        done.set()
        seen = reading.result()
    assert len(seen) >= 100
    assert set(seen) == {40.0}


def test_each_database_has_snapshots_of_its_own(dsn: str) -> None:
    """One server's two databases, and two servers' first ones, must not share a folder."""
    with psycopg.connect(dsn) as conn:
        row = conn.execute(query("snapshot.database", "hexwatch_service"), {}).fetchone()
        names = conn.execute(
            "select system_identifier::text, oid::text from pg_control_system(), pg_database"
            " where datname = current_database()"
        ).fetchone()
    assert row
    assert names
    assert row[0] == "-".join(names)
