"""Executors: one digest wherever tracks are cut, also where a worker dies of it; clear words where there is none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from distributed import Client, LocalCluster

from fixtures.pings import TrackLoads, ping
from hexwatch_etl import executors
from hexwatch_etl.executors import executor
from hexwatch_etl.tracks import cut as cutting
from hexwatch_schemas.errors import HexwatchError, UsageError

# Three tracks over eight days.
WAYS = [
    ping(f"t{track}", f"2024-01-{day:02}T{hour:02}:00:00Z", 18 + hour / 200, 4 + track / 10, kind="convoy")
    for day in range(1, 9)
    for track in range(3)
    for hour in range(24)
]
GAP = "cleaning = { longest_gap_minutes = 90 }\n"

# A Dask worker that kills itself when its first task has been done, before anybody has fetched the result.
DYING = """
import os, signal
from distributed.diagnostics.plugin import WorkerPlugin

class Dying(WorkerPlugin):
    def transition(self, key, start, finish, **_):
        if finish == "memory" and str(key).startswith("cut"):
            os.kill(os.getpid(), signal.SIGKILL)

async def dask_setup(worker):
    await worker.plugin_add(Dying())
"""


@pytest.fixture
def many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few pings make a task that there is one for each day."""
    monkeypatch.setattr(cutting, "PINGS", 60)


@pytest.fixture
def scheduler() -> Iterator[str]:
    """Host and port of a Dask scheduler without workers."""
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster:
        assert isinstance(cluster, LocalCluster), "it is no asynchronous one"
        yield cluster.scheduler_address.removeprefix("tcp://")


def worker(scheduler: str, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    """A Dask worker in a process of its own, which nobody starts again."""
    asked = [f"tcp://{scheduler}", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", folder]
    command = [Path(sys.executable).with_name("dask"), "worker", *asked, *more]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


@pytest.mark.usefixtures("many_tasks")
def test_a_pool_of_processes_gives_the_same_digest(dsn: str, load_pings: TrackLoads) -> None:
    here = load_pings(dsn, WAYS, dataset="here", more=GAP)
    assert load_pings(dsn, WAYS, dataset="pool", more=GAP, executor="process:2").digest == here.digest


@pytest.mark.usefixtures("many_tasks")
def test_54_dask_gives_the_same_digest_though_a_worker_is_killed(
    dsn: str, load_pings: TrackLoads, scheduler: str, tmp_path: Path
) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    here = load_pings(dsn, WAYS, dataset="here", more=GAP)
    workers = [
        worker(scheduler, tmp_path / "a"),
        worker(scheduler, tmp_path / "b", "--preload", str(tmp_path / "dying.py")),
    ]
    try:
        with Client(f"tcp://{scheduler}", set_as_default=False) as client:
            client.wait_for_workers(2, timeout=90)
        there = load_pings(dsn, WAYS, dataset="there", more=GAP, executor=f"dask://{scheduler}")
        assert workers[1].wait(timeout=30) == -signal.SIGKILL
        assert workers[0].poll() is None
    finally:
        for process in workers:
            process.kill()
            process.wait()
    assert (there.status, there.events_opened) == ("published", here.events_opened)
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select distinct hex.digest(number) from catalog.dataset").fetchall() == [(here.digest,)]


@pytest.mark.parametrize("name", ["cloud", "process:0", "process:x", "dask://", "dask://host", "tcp://a:1", ""])
def test_another_name_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="process:N or dask://HOST:PORT"), executor(name):
        pytest.fail("there is no such executor")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"hexwatch\[dask\]"), executor("dask://127.0.0.1:8786"):
        pytest.fail("there is no Dask")


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_PATIENCE", 0.5)
    with pytest.raises(HexwatchError, match="No Dask scheduler answers"), executor("dask://127.0.0.1:1"):
        pytest.fail("nobody listens there")


def test_a_scheduler_without_workers_is_named(scheduler: str) -> None:
    with pytest.raises(HexwatchError, match="has no workers"), executor(f"dask://{scheduler}"):
        pytest.fail("nobody works there")


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(HexwatchError, match="ended in the middle"), executor("process:1") as each:
        list(each(os._exit, [3]))


def test_no_more_tasks_are_begun_than_results_are_taken() -> None:
    begun: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(50):
            begun.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        taken = 0
        for taken, _ in enumerate(executors._taking(pool, 2)(abs, tasks()), 1):
            assert len(begun) <= taken + 2 * executors._AHEAD
    assert (taken, len(begun)) == (50, 50)
