"""Schedules: procrastinate decides when, the load decides whether. Any number of workers, on any number of machines.

A tick only enqueues; the window comes from the watermark, inside the load's lock. Jobs have no lock and no retries: a
load owns its dataset by itself, and a job that died must block nothing. What is queued twice is queued once.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hexwatch_schemas.errors import Exit

from .ownership import end_overdue
from .project.model import Project
from .store_rows import sql

log = logging.getLogger(__name__)

SCHEMA = "hexwatch_jobs"
GRACE = 10.0  # seconds after the deadline until the process itself is killed
STALLED = 30.0  # seconds without a sign of life after which a worker counts as dead
AGAIN = 4.0  # seconds until a worker whose database broke off tries again, at most
KEPT_HOURS = 168  # that jobs which failed can be looked at
SWEEP = "* * * * *"
EXPIRE = "17 3 * * *"
LONGEST_EXPIRY = 6 * 3600.0  # seconds
_COMMAND = "from hexwatch_schemas.cli import main; main()"


@dataclass(frozen=True)
class Outcome:
    """What a load's process left behind: its exit code, and its JSON."""

    code: int
    said: Mapping[str, Any]


def jobs_dsn(dsn: str) -> str:
    """`dsn` whose sessions find procrastinate's tables."""
    options = conninfo_to_dict(dsn).get("options")
    return make_conninfo(dsn, options=" ".join(filter(None, [str(options or ""), f"-c search_path={SCHEMA},public"])))


def make_app(dsn: str, project: Project, file: Path, *, sweep: str = SWEEP, stalled: float = STALLED) -> App:
    """The tasks and ticks of a project."""
    app = App(connector=PsycopgConnector(conninfo=jobs_dsn(dsn), min_size=1, max_size=4))
    address = os.environ.get(project.webhook_env or "", "")

    @app.task(name="hexwatch.pull", queue="hexwatch")
    async def pull(timestamp: int = 0, *, dataset: str) -> None:  # noqa: ARG001 (of the tick; windows never come from it)
        plan = project.datasets[dataset].schedule
        assert plan is not None, "only what has a schedule is queued"
        asked = ["pull", dataset, "--project", str(file), "--json"]
        outcome = await run(asked, plan.deadline.total_seconds() + GRACE)
        if outcome.code not in (Exit.OK, Exit.LOCKED):
            await tell(address, {"event": "failure", "dataset": dataset, "exit_code": outcome.code, **outcome.said})
        if outcome.code == Exit.OK and outcome.said.get("due") and plan.catch_up:
            await enqueue(app, dataset)

    @app.periodic(cron=sweep, periodic_id="sweep", queueing_lock="sweep")
    @app.task(name="hexwatch.sweep", queue="hexwatch", pass_context=False)
    async def sweeping(timestamp: int) -> None:  # noqa: ARG001 (as above)
        await sweep_up(app, dsn, address, stalled)

    if project.expires:

        @app.periodic(cron=EXPIRE, periodic_id="expire", queueing_lock="expire")
        @app.task(name="hexwatch.expire", queue="hexwatch", pass_context=False)
        async def expiring(timestamp: int) -> None:  # noqa: ARG001 (as above)
            outcome = await run(["expire", "--project", str(file), "--json"], LONGEST_EXPIRY)
            if outcome.code not in (Exit.OK, Exit.LOCKED):
                await tell(address, {"event": "failure", "task": "expire", "exit_code": outcome.code, **outcome.said})

    for name, said in project.datasets.items():
        if said.schedule:
            kwargs = {"dataset": name}
            app.periodic(cron=said.schedule.cron, periodic_id=name, queueing_lock=_lock(name), task_kwargs=kwargs)(pull)  # pyright: ignore[reportArgumentType]
    return app


def _lock(dataset: str) -> str:
    return f"pull:{dataset}"


async def enqueue(app: App, dataset: str) -> bool:
    """Queue a load unless one is queued already; whether it was."""
    try:
        await app.configure_task("hexwatch.pull", queueing_lock=_lock(dataset)).defer_async(dataset=dataset)
    except AlreadyEnqueued:
        return False
    return True


async def run(command: Sequence[str], seconds: float) -> Outcome:
    """A command of ours in a process of its own, killed with all that it started once its time is over."""
    arguments = ["-c", _COMMAND, *command]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
    )
    try:
        stdout, stderr = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        with suppress(ProcessLookupError):  # it ended in the same moment
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        return Outcome(Exit.FAILED, {"error": "Deadline", "message": f"Killed after {seconds:.0f} s."})
    if os.environ.get("HEXWATCH_LOG_FORMAT"):
        sys.stderr.write(stderr.decode("utf-8", "replace"))  # what the load said to its log
    log.info("%s ended with %s", " ".join(command[:2]), process.returncode)
    return Outcome(process.returncode or 0, _last_object(stdout if process.returncode == 0 else stderr))


def _last_object(text: bytes) -> dict[str, Any]:
    """The JSON object on the last line, which is the report or the error."""
    lines = text.decode("utf-8", "replace").strip().splitlines()
    try:
        said = json.loads(lines[-1])
    except (IndexError, ValueError):
        return {"message": lines[-1][:500] if lines else ""}
    return said if isinstance(said, dict) else {}


async def sweep_up(app: App, dsn: str, address: str, stalled: float = STALLED) -> None:
    """End overdue loads, close the jobs of dead workers and queue them anew, tell of what is stale."""
    ended, stale, stuck = await asyncio.to_thread(_look, dsn)
    for dataset in ended:
        await tell(address, {"event": "overdue", "dataset": dataset})
    for dataset, since in stale:
        await tell(address, {"event": "stale", "dataset": dataset, "last_loaded": since and since.isoformat()})
    dead = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled)
    jobs = {job.id or 0: job.task_kwargs.get("dataset") for job in dead}  # pyright: ignore[reportGeneralTypeIssues]
    # Closed as failed and queued anew, never retried: a twin that is queued already would make that an error for ever.
    for job, dataset in {**jobs, **dict(stuck)}.items():
        await app.job_manager.finish_job_by_id_async(job, Status.FAILED, delete_job=False)
        if dataset:
            await enqueue(app, str(dataset))
    await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True)


def _look(dsn: str) -> tuple[list[str], list[tuple[str, Any]], list[tuple[int, str]]]:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql("pull.fresh_again"))
        stuck = conn.execute(sql("pull.stuck"), {"grace": GRACE + STALLED}).fetchall()
        return end_overdue(conn), conn.execute(sql("pull.stale")).fetchall(), stuck


async def tell(address: str, said: Mapping[str, Any]) -> None:
    """Post to the webhook, if there is one; that it cannot be told stops no load."""
    log.warning("%s", said, extra={"told": said})
    if not address:
        return
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            (await client.post(address, json=dict(said))).raise_for_status()
    except httpx.HTTPError as error:
        log.error("the webhook was not told: %s", type(error).__name__)


async def work(
    make: Callable[[], App], project: Project, *, concurrency: int, ready: Callable[[], object], again: float = AGAIN
) -> None:
    """Run until SIGTERM or SIGINT; loads under way may come to their end. A database that is away is waited for."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    while not asked.is_set():
        # The queue's own worker ends where the database breaks off, with an error or without: the next one takes over.
        turn = asyncio.create_task(_turn(make(), project, concurrency, ready))
        ends = asyncio.create_task(asked.wait())
        await asyncio.wait({turn, ends}, return_when=asyncio.FIRST_COMPLETED)
        ends.cancel()
        turn.cancel()
        (outcome,) = await asyncio.gather(turn, return_exceptions=True)
        if not asked.is_set():
            log.error("the queue broke off and is tried again: %r", outcome)
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), random.uniform(again / 2, again))  # noqa: S311 (nothing secret)


async def _turn(app: App, project: Project, concurrency: int, ready: Callable[[], object]) -> None:
    async with app.open_async():
        for name, said in project.datasets.items():
            if said.schedule:  # ticks that were missed are not replayed: what is due, the watermark says
                await enqueue(app, name)
        ready()
        await app.run_worker_async(
            queues=["hexwatch"], concurrency=concurrency, delete_jobs="successful", install_signal_handlers=False
        )
