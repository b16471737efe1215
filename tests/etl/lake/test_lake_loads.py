"""Loads into the lake and PostGIS together: any order, any death, and what an operator is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.pings import PLAIN, TrackLoads, ping
from hexwatch_schemas.errors import StoreError, UsageError

# A convoy through two midnights, and a foot patrol beside it.
TIMES = [(hour, minute) for hour in range(22, 50) for minute in (5, 25, 45)]
CONVOY = [
    ping("convoy", f"2024-01-{15 + hour // 24}T{hour % 24:02}:{minute:02}:00Z", 18 + hour / 50, kind="convoy")
    for hour, minute in TIMES
]
WAY = [*CONVOY, *(ping("foot", f"2024-01-16T{hour:02}:30:00Z", 18, 4 + hour / 100) for hour in range(24))]

# A load that dies where the function named first is called.
DYING = """
import os, signal, sys
from hexwatch_etl.lake import days
from hexwatch_etl.tracks import load
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
module, name = sys.argv.pop(1).split(".")
setattr({"os": os, "load": load, "Lake": days.Lake}[module], name, die)
from hexwatch_schemas.cli import main
main()
"""
DEATHS = {
    "os.fsync": "in the middle of a file",
    "load._accepted": "the lake is written, nothing is published",
    "Lake.register": "inside the transaction",
    "load._report": "published, but what was replaced is still there",
}


def files(folder: Path) -> list[str]:
    """Everything in the lake but folders."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("where", DEATHS)
def test_44_a_load_that_was_killed_leaves_nothing_and_may_be_repeated(
    dsn: str, load_pings: TrackLoads, write_pings: Callable[..., Path], tmp_path: Path, where: str
) -> None:
    before = load_pings(dsn, WAY[:40])
    (tmp_path / "mapping.toml").write_text(PLAIN)
    arguments = ["load", "patrols", write_pings(WAY[40:]), "--mapping", tmp_path / "mapping.toml", "--threshold", "1"]
    env = os.environ | {"HEXWATCH_DATABASE_URL": dsn, "HEXWATCH_LAKE": str(tmp_path / "lake")}
    done = subprocess.run([sys.executable, "-c", DYING, where, *map(str, arguments)], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    with psycopg.connect(dsn) as conn:  # its lock dies with it
        conn.execute("select pg_advisory_xact_lock(hashtext('hexwatch load'), number) from catalog.dataset")
        digest = conn.execute("select hex.digest(number) from catalog.dataset").fetchone()
    assert (digest == (before.digest,)) == (where != "load._report")
    after = load_pings(dsn, WAY[40:])
    assert after.digest == load_pings(dsn, WAY, dataset="fresh").digest
    assert [path.split("/")[1] for path in files(tmp_path / "lake") if "patrols" in path] == [
        "day=2024-01-15", "day=2024-01-16", "day=2024-01-17",
    ]  # fmt: skip


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 2), min_size=len(WAY), max_size=len(WAY)), st.permutations(range(3)))
def test_deliveries_in_any_order_have_one_digest(
    new_database, load_pings: TrackLoads, pieces: Sequence[int], order: Sequence[int]
) -> None:
    with new_database() as dsn:
        whole = load_pings(dsn, WAY, dataset="whole")
        for wanted in order:
            delivery = [row for row, piece in zip(WAY, pieces, strict=True) if piece == wanted]
            done = load_pings(dsn, delivery, dataset="parts")
            assert done.rows_in == len(delivery) == done.rows_loaded + done.rows_quarantined
        with psycopg.connect(dsn) as conn:
            digests = conn.execute("select distinct hex.digest(number) from catalog.dataset").fetchall()
        assert digests == [(whole.digest,)]


def test_a_way_over_midnight_between_two_daily_files_counts(dsn: str, load_pings: TrackLoads) -> None:
    first, second = ([row for row in WAY if row["time"][8:10] == day] for day in ("15", "16"))
    load_pings(dsn, second)
    load_pings(dsn, first)
    seconds = (
        "select sum(amount) from hex.fact_by_day where measure = 'seconds' and resolution = 1 and category = 'convoy'"
    )
    with psycopg.connect(dsn) as conn:
        assert conn.execute(seconds).fetchone() == (25 * 3600 + 40 * 60,)  # 22:05 to 23:45 of the next day


def test_another_zone_or_another_cleaning_makes_all_days_anew(dsn: str, load_pings: TrackLoads) -> None:
    zone = 'zone = "Africa/Nairobi"\n'
    load_pings(dsn, WAY[:50])
    done = load_pings(dsn, WAY[50:], more=zone)
    assert done.digest == load_pings(dsn, WAY, more=zone, dataset="fresh").digest


def test_a_day_that_comes_again_adds_and_the_operator_is_told_how_it_replaces(dsn: str, load_pings: TrackLoads) -> None:
    wrong = ping("misnamed", "2024-01-15T22:00:00Z", 18)
    first = load_pings(dsn, [*WAY, wrong])
    again = load_pings(dsn, WAY)
    assert again.digest == first.digest
    assert f"{len(WAY)} pings were known from earlier loads." in again.notes
    assert [note.split(" ", 1)[0] for note in again.notes if "--replace-days" in note] == ["1"]
    corrected = load_pings(dsn, WAY, replace_days=True)
    assert corrected.digest == load_pings(dsn, WAY, dataset="fresh").digest != first.digest
    assert not [note for note in corrected.notes if "--replace-days" in note]


def test_a_lake_that_lost_a_file_is_loaded_anew(dsn: str, load_pings: TrackLoads, tmp_path: Path) -> None:
    known = load_pings(dsn, WAY)
    for file in files(tmp_path / "lake"):
        (tmp_path / "lake" / file).unlink()
    with pytest.raises(StoreError, match="--replace"):
        load_pings(dsn, WAY)
    assert load_pings(dsn, WAY, replace=True).digest == known.digest


def test_tracks_of_a_version_before_the_lake_are_not_lost_by_adding(dsn: str, load_pings: TrackLoads) -> None:
    known = load_pings(dsn, WAY)
    with psycopg.connect(dsn) as conn:
        conn.execute("delete from raw.lake_day")
    with pytest.raises(UsageError, match="kept no pings"):
        load_pings(dsn, WAY[:3])
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select hex.digest(number) from catalog.dataset").fetchone() == (known.digest,)
    assert load_pings(dsn, WAY, replace=True).digest == known.digest


def test_two_databases_may_share_a_lake(new_database, load_pings: TrackLoads, tmp_path: Path) -> None:
    with new_database() as one, new_database() as other:
        first: Any = load_pings(one, WAY)
        load_pings(other, WAY[:10])
        assert load_pings(one, WAY).digest == first.digest
        load_pings(other, WAY[:5], replace=True)
        assert load_pings(one, WAY[:1]).status == "unchanged"
        assert len(files(tmp_path / "lake")) == 3 + 1
