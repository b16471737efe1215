"""Schedules: procrastinate decides when, the load decides whether. Any number of workers, on any number of machines.

A tick only enqueues; the window comes from the watermark, inside the load's lock. Jobs have no lock and no retries: a
load owns its dataset by itself, and a job that died must block nothing. What is queued twice is queued once.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
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

from .backfill import end_overdue
from .project.model import Project
from .store_rows import sql

log = logging.getLogger(__name__)

SCHEMA = "hexwatch_jobs"
GRACE = 10.0  # seconds after the deadline until the process itself is killed
STALLED = 30.0  # seconds without a sign of life after which a worker counts as dead
SWEEP = "* * * * *"
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
        outcome = await run_pull(dataset, file, plan.deadline.total_seconds() + GRACE)
        if outcome.code not in (Exit.OK, Exit.LOCKED):
            await tell(address, {"event": "failure", "dataset": dataset, "exit_code": outcome.code, **outcome.said})
        if outcome.code == Exit.OK and outcome.said.get("due") and plan.catch_up:
            await enqueue(app, dataset)

    @app.periodic(cron=sweep, periodic_id="sweep", queueing_lock="sweep")
    @app.task(name="hexwatch.sweep", queue="hexwatch", pass_context=False)
    async def sweeping(timestamp: int) -> None:  # noqa: ARG001 (as above)
        await sweep_up(app, dsn, address, stalled)

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


async def run_pull(dataset: str, file: Path, seconds: float) -> Outcome:
    """`hexwatch pull` in a process of its own, killed with all that it started once its time is over."""
    arguments = ["-c", _COMMAND, "pull", dataset, "--project", str(file), "--json"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
    )
    try:
        stdout, stderr = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        return Outcome(Exit.FAILED, {"error": "Deadline", "message": f"Killed after {seconds:.0f} s."})
    log.info("pull %s ended with %s", dataset, process.returncode)
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
    ended, stale = await asyncio.to_thread(_look, dsn)
    for run in ended:
        await tell(address, {"event": "overdue", "run": run})
    for dataset, since in stale:
        await tell(address, {"event": "stale", "dataset": dataset, "last_loaded": since and since.isoformat()})
    # Closed as failed and queued anew, never retried: a twin that is queued already would make that an error for ever.
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled):  # pyright: ignore[reportGeneralTypeIssues]
        await app.job_manager.finish_job_by_id_async(job.id or 0, Status.FAILED, delete_job=False)
        if "dataset" in job.task_kwargs:
            await enqueue(app, str(job.task_kwargs["dataset"]))


def _look(dsn: str) -> tuple[list[int], list[tuple[str, Any]]]:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql("pull.fresh_again"))
        return end_overdue(conn), conn.execute(sql("pull.stale")).fetchall()


async def tell(address: str, said: Mapping[str, Any]) -> None:
    """Post to the webhook, if there is one; that it cannot be told stops no load."""
    log.warning("%s", said)
    if not address:
        return
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            (await client.post(address, json=dict(said))).raise_for_status()
    except httpx.HTTPError as error:
        log.error("the webhook was not told: %s", type(error).__name__)


async def work(app: App, project: Project, *, concurrency: int, ready: Callable[[], object]) -> None:
    """Run until SIGTERM or SIGINT; loads under way may come to their end."""
    async with app.open_async():
        for name, said in project.datasets.items():
            if said.schedule:  # ticks that were missed are not replayed: what is due, the watermark says
                await enqueue(app, name)
        ready()
        worker: Awaitable[None] = app.run_worker_async(
            queues=["hexwatch"], concurrency=concurrency, delete_jobs="successful", install_signal_handlers=True
        )
        await worker
