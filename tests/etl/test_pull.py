"""Pulling what is due: windows from the watermark, each loaded once, whatever goes wrong upstream."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.reports import Loads, report
from fixtures.upstream import Answer, Question, Upstream, as_json
from hexwatch_etl import backfill as by_hand
from hexwatch_etl import pull as module
from hexwatch_etl.fetch.fetched import UpstreamError
from hexwatch_etl.ownership import end_overdue
from hexwatch_etl.project.model import DeclaredDataset
from hexwatch_etl.pull import Declared, Pulled, cut_days, pull, windows_due
from hexwatch_schemas.errors import LoadLost, Locked, UsageError
from hexwatch_schemas.settings import settings
from hexwatch_schemas.windows import Window

FIRST = date(2024, 1, 1)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXWATCH_DATA_FOLDER", str(tmp_path / "data"))
    settings.cache_clear()


def event(number: int, day: date) -> dict[str, object]:
    """A row of UCDP's."""
    return {
        "id": number, "type_of_violence": 1, "where_prec": 1, "date_prec": 1, "date_start": f"{day}T00:00:00",
        "date_end": f"{day}T00:00:00", "best": 2, "low": 1, "high": 3, "deaths_a": 0, "deaths_b": 0,
        "deaths_civilians": 2, "deaths_unknown": 0, "latitude": 4.3612, "longitude": 18.5549 + number % 10 / 5,
        "country": "Central African Republic", "adm_1": "", "adm_2": "", "where_coordinates": "Bangui",
    }  # fmt: skip


def days_of(question: Question) -> list[date]:
    first, last = (date.fromisoformat(question.query[name]) for name in ("StartDate", "EndDate"))
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def world(question: Question) -> Answer:
    """One event on each day."""
    rows = [event(day.toordinal(), day) for day in days_of(question)]
    return as_json({"TotalCount": len(rows), "Result": rows})


@pytest.fixture
def declared(upstream: Upstream, dsn: str, tmp_path: Path) -> Declared:
    """A dataset from the stub, two days at a time, six days in all; the catalogue knows it."""
    upstream.answer = world
    said = DeclaredDataset.model_validate(
        {
            "resolution": 5,
            "from": {"api": "ucdp", "version": "25.1", "url": upstream.address, "per_second": 100, "attempts": 1},
            "schedule": {"cron": "* * * * *", "start": FIRST, "until": date(2024, 1, 6), "days": 2, "lag_days": 1},
        }
    )
    with psycopg.connect(dsn) as conn:
        row = conn.execute(
            "insert into catalog.dataset (id, kind, title) values ('wars', 'events', '') returning number"
        )
        conn.execute("select hex.add_partition(%s)", row.fetchone())
    return Declared("wars", said, tmp_path)


@pytest.fixture
def pulls(dsn: str, declared: Declared) -> Callable[[], Pulled]:
    """Pulls once."""

    def run() -> Pulled:
        with psycopg.connect(dsn, autocommit=True) as conn:
            return pull(conn, declared)

    return run


def state(dsn: str) -> tuple[str | None, list[tuple[date, date]], int]:
    """Watermark, loaded windows, reports."""
    with psycopg.connect(dsn) as conn:
        mark = conn.execute("select value from ops.watermark").fetchone()
        windows = conn.execute("select first_day, last_day from ops.loaded_window order by run").fetchall()
        row = conn.execute("select count(*) from raw.event where run_to is null").fetchone()
    return mark[0] if mark else None, windows, row[0] if row else 0


def test_one_window_after_another_until_none_is_due(dsn: str, pulls: Callable[[], Pulled], upstream: Upstream) -> None:
    done = [pulls() for _ in range(4)]
    assert [(p.status, p.due) for p in done] == [
        ("published", 2),
        ("published", 1),
        ("published", 0),
        ("nothing due", 0),
    ]
    assert state(dsn) == ("2024-01-06", [(FIRST + timedelta(n), FIRST + timedelta(n + 1)) for n in (0, 2, 4)], 7)
    assert upstream.asked[1].query["StartDate"] == "2024-01-02"  # a day again, for what came late
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select first_day, last_day from ops.run order by id limit 1").fetchone() == (
            FIRST, FIRST + timedelta(1),
        )  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [Answer(500), Answer(429), as_json({"TotalCount": 0, "Result": []}), Answer(200, b'{"TotalC', cut=5), Answer(403)],
    ids=["500", "429", "empty", "cut off", "403"],
)
def test_a_failure_upstream_is_a_failed_run_and_the_window_stays_due(
    dsn: str, pulls: Callable[[], Pulled], upstream: Upstream, fault: Answer
) -> None:
    pulls()
    before = state(dsn)
    upstream.faults = [fault]
    with pytest.raises(UpstreamError):
        pulls()
    assert state(dsn) == before
    with psycopg.connect(dsn) as conn:
        status, error = conn.execute("select status, error from ops.run order by id desc limit 1").fetchone() or (
            "",
            "",
        )
    assert (status, error.partition(":")[0] in {"NoAnswer", "UpstreamError", "EmptyAnswer"}) == ("failed", True)
    assert pulls().window == (date(2024, 1, 3), date(2024, 1, 4))


def test_49_downtime_is_made_up_for_from_the_watermark() -> None:
    said = DeclaredDataset.model_validate(
        {
            "from": {"api": "ucdp", "version": "1"},
            "schedule": {"cron": "* * * * *", "start": FIRST, "delay_days": 2},
        }
    )
    due = windows_due(said, "2024-01-10", today=date(2024, 2, 1))
    assert (due[0].first, due[-1].last, len(due)) == (date(2024, 1, 11), date(2024, 1, 30), 20)


@given(st.integers(0, 400), st.integers(1, 50))
def test_windows_are_whole_apart_and_cover_the_span(length: int, days: int) -> None:
    span = Window(FIRST, FIRST + timedelta(length))
    cut = cut_days(span, days)
    assert [w.first + timedelta(n) for w in cut for n in range(w.days)] == [
        FIRST + timedelta(n) for n in range(length + 1)
    ]
    assert cut_days(span, days, whole=True) == [w for w in cut if w.days == days]


def test_48_a_second_start_is_locked_out_and_fetches_nothing(
    dsn: str, pulls: Callable[[], Pulled], upstream: Upstream
) -> None:
    with psycopg.connect(dsn) as other:
        other.execute("select pg_advisory_lock(hashtext('hexwatch load'), number) from catalog.dataset")
        with pytest.raises(Locked):
            pulls()
    assert upstream.asked == []


def test_45_a_load_whose_watermark_was_moved_meanwhile_publishes_nothing(
    dsn: str, pulls: Callable[[], Pulled], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulls()
    fetch = module.fetch

    def overtaken(*asked: object) -> object:
        with psycopg.connect(dsn) as conn:
            conn.execute("update ops.watermark set value = '2024-01-04'")
        return fetch(*asked)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(module, "fetch", overtaken)
    with pytest.raises(LoadLost):
        pulls()
    assert state(dsn)[1:] == ([(FIRST, FIRST + timedelta(1))], 3)


def test_a_backfill_resumes_at_the_first_unfinished_window(dsn: str, declared: Declared, upstream: Upstream) -> None:
    span = Window(date(2023, 3, 1), date(2023, 3, 7))

    def breaks(question: Question) -> Answer:
        return Answer(404) if question.query["EndDate"] == "2023-03-06" else world(question)

    upstream.answer = breaks
    with psycopg.connect(dsn, autocommit=True) as conn:
        with pytest.raises(UpstreamError):
            list(by_hand.backfill(conn, declared, span))
        upstream.answer = world
        again = list(by_hand.backfill(conn, declared, span))
        assert [p.window and p.window[0].day for p in again] == [5, 7]
        assert list(by_hand.backfill(conn, declared, span)) == []
        assert [p.status for p in by_hand.backfill(conn, declared, span, again=True)] == ["unchanged"] * 4
    assert state(dsn)[0] is None


def test_a_run_that_failed_is_retried_with_its_window(
    dsn: str, declared: Declared, pulls: Callable[[], Pulled], upstream: Upstream
) -> None:
    upstream.faults = [Answer(500)]
    with pytest.raises(UpstreamError):
        pulls()
    with psycopg.connect(dsn, autocommit=True) as conn:
        run = (conn.execute("select max(id) from ops.run").fetchone() or (0,))[0]
        dataset, window = by_hand.of_run(conn, run)
        assert (dataset, window) == ("wars", Window(FIRST, FIRST + timedelta(1)))
        assert by_hand.again(conn, declared, window).status == "published"
        assert state(dsn)[0] == "2024-01-02"
        with pytest.raises(UsageError, match="There is no run"):
            by_hand.of_run(conn, 999)


def test_45_a_load_that_hangs_while_it_fetches_is_ended_by_the_next(
    dsn: str, pulls: Callable[[], Pulled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no run yet; it was stopped, its machine sleeps. Once it wakes up it is refused."""
    fetch, zombies = module.fetch, []

    def stopped(*asked: object) -> object:
        with psycopg.connect(dsn, autocommit=True) as conn:
            conn.execute("update ops.hold set deadline = now() - interval '1 second'")
        monkeypatch.setattr(module, "fetch", fetch)
        zombies.append(pulls().window)
        return fetch(*asked)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(module, "fetch", stopped)
    with pytest.raises(psycopg.OperationalError):
        pulls()
    assert zombies == [(FIRST, FIRST + timedelta(1))]
    assert state(dsn)[1] == zombies


def test_sessions_are_ended_after_their_deadline_only(dsn: str, pulls: Callable[[], Pulled]) -> None:
    pulls()
    hanging = psycopg.connect(dsn, autocommit=True)
    hanging.execute("select pg_advisory_lock(hashtext('hexwatch load'), number) from catalog.dataset")
    hanging.execute("update ops.hold set backend = pg_backend_pid(), deadline = now() + interval '1 hour'")
    with psycopg.connect(dsn, autocommit=True) as conn:
        assert end_overdue(conn) == []
        conn.execute("update ops.hold set deadline = now() - interval '1 hour'")
        assert len(end_overdue(conn)) == 1
        assert end_overdue(conn) == []
        with pytest.raises(UsageError, match="not under way"):
            by_hand.cancel(conn, 1, "twice")
    with pytest.raises(psycopg.OperationalError):
        hanging.execute("select 1")
    assert pulls().status == "published"


def test_files_are_pulled_once_and_again_when_they_change(
    dsn: str, load_reports: Loads, write_reports: Callable[..., Path], tmp_path: Path
) -> None:
    load_reports(dsn, [report("z")])
    mapping = '[key]\ncolumns = ["id"]\nrevision = "revision"\n[when]\nstart = "day_from"\n'
    mapping += '[where]\nlongitude = "longitude"\nlatitude = "latitude"\n'
    (tmp_path / "m.toml").write_text(mapping, "utf-8")
    said = DeclaredDataset.model_validate({"mapping": "m.toml", "from": {"files": "r*.csv"}})
    write_reports([report("a"), report("b")])
    with psycopg.connect(dsn, autocommit=True) as conn:
        here = Declared("mission", said, tmp_path)
        assert [pull(conn, here).status for _ in range(2)] == ["published", "nothing new"]
        write_reports([report("a", revision=2, longitude=19.0), report("b")])
        again = pull(conn, here)
        assert again.report
        assert (again.report.events_opened, again.report.events_closed) == (1, 1)


def test_51_reports_that_acled_deleted_are_withdrawn(
    dsn: str, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declared: Declared
) -> None:
    """51: deletions of a source close the reports, and the cells' numbers follow."""
    monkeypatch.setenv("ACLED_TOKEN", "secret")
    base = {"event_date": "2024-01-05", "time_precision": 1, "event_type": "Battles", "geo_precision": 1,
            "fatalities": 3, "latitude": 4.36, "longitude": 18.55, "country": "CAR", "admin1": "", "admin2": "",
            "location": "", "sub_event_type": "", "inter1": 1, "inter2": 2, "interaction": 12}  # fmt: skip
    rows = [{**base, "event_id_cnty": f"CAR{n}", "timestamp": 1_700_000_000 + n} for n in range(3)]
    gone: list[dict[str, object]] = []

    def answer(question: Question) -> Answer:
        since = int(question.query.get("timestamp", 0))
        found = [r for r in rows if r["timestamp"] >= since] if question.path == "/acled/read" else gone
        return Answer(body=json.dumps({"success": True, "data": found}).encode())

    upstream.answer = answer
    said = DeclaredDataset.model_validate({
        "resolution": 5, "from": {"api": "acled", "url": upstream.address, "per_second": 100},
    })  # fmt: skip
    here = Declared(declared.name, said, tmp_path)
    with psycopg.connect(dsn, autocommit=True) as conn:
        assert pull(conn, here).status == "published"
        assert pull(conn, here).status == "nothing new"
        gone.append({"event_id_cnty": "CAR1", "deleted_timestamp": 1_700_000_900})
        pull(conn, here)
        assert conn.execute("select sum(amount) from hex.fact where measure = 1 and resolution = 5").fetchone() == (2,)
        assert state(dsn)[0] == "1700000002 1700000900"
