"""Workers: ticks only enqueue, the dead are made up for, twins do no harm, somebody is told."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from procrastinate import App

from fixtures.command import HEXWATCH, Outcome
from fixtures.upstream import Answer, Question, Upstream, as_json
from hexwatch_etl import worker
from hexwatch_etl.project.read import read_project

DAYS = 4
TOLD = "HEXWATCH_TEST_TOLD"
ROW = {
    "type_of_violence": 1, "where_prec": 1, "date_prec": 1, "best": 1, "low": 1, "high": 1, "deaths_a": 0,
    "deaths_b": 0, "deaths_civilians": 1, "deaths_unknown": 0, "latitude": 4.36, "longitude": 18.55,
    "country": "Central African Republic", "adm_1": "", "adm_2": "", "where_coordinates": "Bangui",
}  # fmt: skip


def world(question: Question) -> Answer:
    """One event on each day; a webhook listens too."""
    if question.path == "/told":
        return Answer()
    first, last = (date.fromisoformat(question.query[name]) for name in ("StartDate", "EndDate"))
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    rows = [{**ROW, "id": d.toordinal(), "date_start": str(d), "date_end": str(d)} for d in days]
    return as_json({"TotalCount": len(rows), "Result": rows})


@pytest.fixture
def project(upstream: Upstream, dsn: str, tmp_path: Path, cli: Callable[..., Outcome]) -> Path:
    """An applied project file: four windows of a day, a tick a second."""
    upstream.answer = world
    file = tmp_path / "hexwatch.toml"
    file.write_text(
        f"""webhook_env = "{TOLD}"
[datasets.wars]
resolution = 4
from = {{ api = "ucdp", version = "1", url = "{upstream.address}", per_second = 100, attempts = 1 }}
[datasets.wars.schedule]
cron = "* * * * * *"
start = 2024-01-01
until = 2024-01-0{DAYS}
stale_after_hours = 1
""",
        "utf-8",
    )
    assert cli("apply", file, "--yes", dsn=dsn).code == 0
    return file


@contextmanager
def working(dsn: str, file: Path, count: int = 1) -> Iterator[list[subprocess.Popen[str]]]:
    """Workers, as an operator starts them."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEXWATCH_")}
    own = {"HEXWATCH_DATABASE_URL": dsn, "HEXWATCH_DATA_FOLDER": str(file.parent / "data")}
    command = [HEXWATCH, "worker", "--project", str(file)]
    processes = [
        subprocess.Popen(command, env=clean | own, stderr=subprocess.PIPE, text=True, cwd=file.parent)
        for _ in range(count)
    ]
    try:
        for process in processes:
            assert process.stderr
            assert "Working." in process.stderr.readline()
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.communicate(timeout=60)


def windows(dsn: str) -> list[date]:
    with psycopg.connect(dsn) as conn:
        return [day for (day,) in conn.execute("select first_day from ops.loaded_window order by 1").fetchall()]


def wait_for(dsn: str, count: int) -> None:
    """Until so many windows are loaded: releases are told of."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("listen hexwatch_release")
        while len(windows(dsn)) < count:
            assert list(conn.notifies(timeout=60, stop_after=1))


ALL = [date(2024, 1, 1) + timedelta(n) for n in range(DAYS)]


def test_46_two_workers_load_each_window_once_also_when_one_is_killed(dsn: str, project: Path) -> None:
    with working(dsn, project, count=2) as processes:
        wait_for(dsn, 1)
        os.kill(processes[0].pid, signal.SIGKILL)
        wait_for(dsn, DAYS)
    assert windows(dsn) == ALL


def test_47_a_worker_outlives_its_database(dsn: str, project: Path) -> None:
    """An outage ends the queue's own worker; ours begins anew, and nothing is loaded twice."""
    with working(dsn, project) as (process,):
        wait_for(dsn, 1)
        with psycopg.connect(dsn, autocommit=True) as conn:
            conn.execute("alter schema hexwatch_jobs rename to away")
            assert process.stderr
            while "is tried again" not in process.stderr.readline():
                assert process.poll() is None
            conn.execute("alter schema away rename to hexwatch_jobs")
        wait_for(dsn, DAYS)
    assert windows(dsn) == ALL


@pytest.fixture
def app(dsn: str, project: Path) -> App:
    """The tasks, without a worker."""
    return worker.make_app(dsn, read_project(project), project)


def run(app: App, work: Callable[[], Awaitable[None]]) -> None:
    async def opened() -> None:
        async with app.open_async():
            await work()

    asyncio.run(opened())


def jobs(dsn: str) -> list[tuple[str, str]]:
    with psycopg.connect(dsn) as conn:
        rows = conn.execute(
            "select task_name, status::text from hexwatch_jobs.procrastinate_jobs order by id"
        ).fetchall()
    return [(str(name), str(status)) for name, status in rows]


def test_what_is_queued_twice_is_queued_once(dsn: str, app: App) -> None:
    queued: list[bool] = []

    async def twice() -> None:
        queued.extend([await worker.enqueue(app, "wars"), await worker.enqueue(app, "wars")])

    run(app, twice)
    assert queued == [True, False]
    assert jobs(dsn) == [("hexwatch.pull", "todo")]


def taken(dsn: str, silent: timedelta) -> None:
    """What is queued is under way, at a worker that has said nothing for so long."""
    with psycopg.connect(dsn) as conn:
        conn.execute("set search_path = hexwatch_jobs, public")
        conn.execute(
            "with w as (insert into procrastinate_workers (last_heartbeat) values (now() - %s) returning id)"
            " update procrastinate_jobs set status = 'doing', worker_id = w.id from w",
            (silent,),
        )


def test_46_47_the_job_of_a_dead_worker_is_closed_and_its_twin_stays(dsn: str, app: App) -> None:
    """A job that is `doing` for ever, and another of the same kind that waits: what stops the queue's own retries."""

    async def sweep() -> None:
        await worker.enqueue(app, "wars")
        taken(dsn, timedelta(hours=1))
        await worker.enqueue(app, "wars")
        await worker.sweep_up(app, dsn, "")
        await worker.sweep_up(app, dsn, "")

    run(app, sweep)
    assert jobs(dsn) == [("hexwatch.pull", "failed"), ("hexwatch.pull", "todo")]


def test_47_a_job_that_ended_while_the_database_was_away_is_closed(dsn: str, app: App) -> None:
    """Its worker lives and says so, but could not say that the job is done."""

    async def sweep() -> None:
        await worker.enqueue(app, "wars")
        taken(dsn, timedelta(0))
        await worker.sweep_up(app, dsn, "")
        assert jobs(dsn) == [("hexwatch.pull", "doing")]
        with psycopg.connect(dsn) as conn:
            conn.execute("update hexwatch_jobs.procrastinate_events set at = now() - interval '2 hours'")
        await worker.sweep_up(app, dsn, "")

    run(app, sweep)
    assert jobs(dsn) == [("hexwatch.pull", "failed"), ("hexwatch.pull", "todo")]


def test_what_expires_does_so_by_itself_once_a_day(dsn: str, project: Path) -> None:
    def ticks() -> set[str]:
        app = worker.make_app(dsn, read_project(project), project)
        return {name for _, name in app.periodic_registry.periodic_tasks}

    assert ticks() == {"sweep", "wars"}
    project.write_text(project.read_text("utf-8") + "[retention]\nrefused_days = 30\n", "utf-8")
    assert ticks() == {"sweep", "wars", "expire"}


def test_the_webhook_is_told_once_of_what_is_stale(dsn: str, app: App, upstream: Upstream) -> None:
    async def sweep() -> None:
        for _ in range(2):
            await worker.sweep_up(app, dsn, f"{upstream.address}/told")

    run(app, sweep)
    told = [json.loads(question.query["body"]) for question in upstream.asked if question.path == "/told"]
    assert told == [{"event": "stale", "dataset": "wars", "last_loaded": None}]


def test_a_webhook_that_is_away_stops_nothing() -> None:
    asyncio.run(worker.tell("http://127.0.0.1:1/", {"event": "failure"}))


def test_a_load_beyond_its_deadline_is_killed(
    dsn: str, project: Path, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEXWATCH_DATABASE_URL", dsn)
    upstream.faults = [Answer(429, headers={"retry-after": "200"})]
    file = project.with_name("patient.toml")
    file.write_text(project.read_text("utf-8").replace("attempts = 1", "attempts = 5"), "utf-8")
    outcome = asyncio.run(worker.run(["pull", "wars", "--project", str(file), "--json"], 0.05))
    assert (outcome.code, outcome.said["error"]) == (1, "Deadline")
    assert windows(dsn) == []
