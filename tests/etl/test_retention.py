"""Retention: what may go goes, numbers and newer beliefs stay, and there is proof of what went."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fixtures.command import Outcome
from fixtures.pings import PLAIN, TrackLoads, ping
from fixtures.reports import Loads, report
from fixtures.service import Serve
from hexwatch_etl.history import difference
from hexwatch_etl.project.model import Project, Retention
from hexwatch_etl.retention import Gone, expire
from hexwatch_schemas.errors import Locked, NotFound

LATER = datetime.now(UTC) + timedelta(100)  # all that the tests load is older than a month by then


def expired(
    dsn: str, dataset: str, kept: dict[str, int], lake: Path, *, dry_run: bool = False, now: datetime = LATER
) -> list[Gone]:
    with psycopg.connect(dsn, autocommit=True) as conn:
        return expire(conn, dataset, Retention.model_validate(kept), lake, dry_run=dry_run, now=now)


def ask(dsn: str, query: str) -> Any:
    with psycopg.connect(dsn) as conn:
        row = conn.execute(query.encode()).fetchone()
    return row[0] if row else None


@pytest.fixture
def three(dsn: str, load_reports: Loads) -> str:
    """Three releases; the second and the third revise."""
    for revision in (1, 2, 3):
        load_reports(dsn, [report("a", revision=revision, deaths=revision), report("b"), report("c", category="=x")])
    return dsn


def test_beliefs_go_numbers_stay_and_what_went_is_noted(three: str, tmp_path: Path) -> None:
    before = ask(three, "select hex.digest(1)")
    rehearsed = expired(three, "mission", {"releases_days": 30, "refused_days": 30}, tmp_path, dry_run=True)
    assert ask(three, "select count(*) from ops.expired") == 0
    assert ask(three, "select count(*) from raw.event") == 4
    done = expired(three, "mission", {"releases_days": 30, "refused_days": 30}, tmp_path)
    assert done == rehearsed
    assert [(gone.what, gone.rows) for gone in done] == [("beliefs", 2), ("refused rows", 3)]
    assert ask(three, "select hex.digest(1)") == before
    assert ask(three, "select string_agg(what || ' ' || rows || ' ' || digest, ',' order by id) from ops.expired") == (
        ",".join(f"{gone.what} {gone.rows} {gone.digest}" for gone in done)
    )
    assert expired(three, "mission", {"releases_days": 30, "refused_days": 30}, tmp_path) == []


def test_what_expired_is_told_plainly_wherever_it_is_asked_for(three: str, tmp_path: Path, serve: Serve) -> None:
    expired(three, "mission", {"releases_days": 30}, tmp_path)
    with psycopg.connect(three) as conn, pytest.raises(NotFound, match="has expired"):
        difference(conn, "mission", "1", "3", 9)
    with serve(three) as client:
        for path in ("/layers/mission/series", "/collections/mission/items", "/collections/mission_events/items"):
            answer = client.get(path, params={"as_of": "1"})
            assert (answer.status_code, "has expired" in answer.text) == (404, True), path
        assert client.get("/layers/mission/diff", params={"from": "2", "to": "3"}).status_code == 404
        assert client.get("/layers/mission/series", params={"as_of": "3"}).status_code == 200


def test_only_what_is_older_than_its_days_goes(three: str, tmp_path: Path) -> None:
    kept = {"releases_days": 30, "refused_days": 30, "pings_days": 30}
    assert expired(three, "mission", kept, tmp_path, now=datetime.now(UTC)) == []
    with psycopg.connect(three, autocommit=True) as conn:
        conn.execute("update catalog.release set published_at = published_at - interval '40 days' where number < 3")
    (gone,) = expired(three, "mission", kept, tmp_path, now=datetime.now(UTC))
    assert (gone.what, gone.rows) == ("beliefs", 1)
    with psycopg.connect(three) as conn:  # what was believed forty days ago, and since
        assert difference(conn, "mission", "2", "3", 9)["counts"] == {"revised": 1}


def test_a_dataset_that_is_loaded_is_left_for_later(three: str, tmp_path: Path) -> None:
    with psycopg.connect(three) as other:
        other.execute("select pg_advisory_lock(hashtext('hexwatch load'), 1)")
        with pytest.raises(Locked):
            expired(three, "mission", {"releases_days": 30}, tmp_path)


def way(days: Sequence[int], kind: str = "foot") -> list[dict[str, Any]]:
    """A walk of some hours on days of January."""
    return [
        ping(f"t{day}", f"2024-01-{day:02}T{hour:02}:{minute:02}:00Z", 18 + hour / 200 + minute / 9000, kind=kind)
        for day in days
        for hour in range(6, 10)
        for minute in (0, 20, 40)
    ]


def test_pings_go_their_numbers_stay_and_later_days_still_count(
    dsn: str, load_pings: TrackLoads, tmp_path: Path
) -> None:
    days = range(1, 20)
    load_pings(dsn, way(days))
    whole = load_pings(dsn, way(range(1, 25)), dataset="fresh").digest
    lake = tmp_path / "lake"
    before, now = set(lake.rglob("*.parquet")), datetime(2024, 1, 20, tzinfo=UTC)
    (gone,) = expired(dsn, "patrols", {"pings_days": 10}, lake, now=now)
    left = set(lake.rglob("*.parquet"))
    assert (gone.through, gone.rows, len(gone.files)) == ("2024-01-09", 9 * 12, 9)
    assert {lake / file["name"] for file in gone.files} == before - left
    assert all(len(file["sha256"]) == 64 for file in gone.files)
    done = load_pings(dsn, way(range(1, 25)))  # the old days come again, too
    assert (done.quarantined["expired"], done.digest) == ((9 + 4) * 12, whole)


def test_another_recipe_leaves_days_whose_pings_expired(dsn: str, load_pings: TrackLoads, tmp_path: Path) -> None:
    load_pings(dsn, way(range(1, 20)))
    expired(dsn, "patrols", {"pings_days": 10}, tmp_path / "lake", now=datetime(2024, 1, 20, tzinfo=UTC))
    load_pings(dsn, way([20]), more="cleaning = { longest_gap_minutes = 10 }\n")
    days = "select count(distinct day) from raw.track where run_to is null and metres > 0 and dataset = 1"
    assert ask(dsn, days) >= 13, "days before keep their ways, days since have none: all gaps are too long"
    assert ask(dsn, "select min(day) from raw.track where run_to is null") == date(2024, 1, 1)
    load_pings(dsn, way([20]), replace=True)
    assert ask(dsn, "select min(day) from raw.track where run_to is null") == date(2024, 1, 20)
    assert ask(dsn, "select pings_from from catalog.dataset") is None


def test_a_dataset_says_otherwise_than_its_file() -> None:
    project = Project.model_validate(
        {
            "retention": {"releases_days": 400, "refused_days": 90},
            "datasets": {"a": {}, "b": {"retention": {"refused_days": 7}}},
        }
    )
    assert project.kept("a") == Retention(releases_days=400, refused_days=90)
    assert project.kept("b") == Retention(releases_days=400, refused_days=7)


def test_the_command_does_what_the_project_file_says(three: str, cli: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "hexwatch.toml").write_text("[retention]\nrefused_days = 1\n[datasets.mission]\n", "utf-8")
    with psycopg.connect(three, autocommit=True) as conn:
        conn.execute("update ops.run set started_at = started_at - interval '2 days'")
    tried = cli("expire", "--dry-run", "--json", dsn=three)
    done = cli("expire", "--json", dsn=three)
    assert (tried.code, done.code, json.loads(tried.stdout)) == (0, 0, json.loads(done.stdout))
    assert "3 refused rows" in cli("expired", dsn=three).stdout


assert PLAIN
