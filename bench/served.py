"""What the measurements over HTTP share: a filled private PostGIS, a running service, and wrk."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from bench import large_mission
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.migrate import upgrade
from hexwatch_schemas.settings import Settings

HEXWATCH = Path(sys.executable).with_name("hexwatch")
CONNECTIONS = 32


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that goes at the end; the user that PostgreSQL runs as may enter it."""
    made = Path(tempfile.mkdtemp(prefix="hexwatch-bench-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def large_store(home: Path, cells: int, facts: int) -> Iterator[str]:
    """Connection string of a private PostGIS that holds the large mission."""
    with PrivateCluster(Settings(data_folder=home)) as cluster:  # pyright: ignore[reportCallIssue]
        upgrade(cluster.dsn())
        with psycopg.connect(cluster.dsn(), autocommit=True) as conn:
            places = large_mission.cells(cells)
            dataset = large_mission.describe(conn)
            large_mission.fill(conn, dataset, places, facts)
            large_mission.publish(conn, dataset)
        yield cluster.dsn()


@contextmanager
def service(home: Path, *options: str, **environment: str) -> Iterator[str]:
    """Root address of a `hexwatch serve` over the store in a folder."""
    env = {**os.environ, "HEXWATCH_DATA_FOLDER": str(home), **environment}
    command = [HEXWATCH, "serve", "--port", "0", *options]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield next(found.group() for line in process.stderr if (found := re.search(r"http://[^/\s]+", line)))
        finally:
            process.terminate()
            process.communicate(timeout=30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(seen: Callable[[], object], patience: float) -> str:
    """Seconds until something is so, looked at every 20 ms; says so where it never was."""
    begun, clock = time.monotonic(), threading.Event()
    while time.monotonic() - begun < patience:
        if seen():
            return f"{time.monotonic() - begun:.1f} s"
        clock.wait(0.02)
    return f"not in {patience:.0f} s"


def until_it_answers(url: str) -> None:
    """Wait for a server that starts."""

    def answers() -> bool:
        try:
            return bool(get(url))
        except OSError:
            return False

    until(answers, 60)


def get(url: str, **headers: str) -> bytes:
    """The body as it travels."""
    with urlopen(Request(url, headers=headers), timeout=300) as answer:  # noqa: S310 (our own server's address)
        return answer.read()


@dataclass(frozen=True)
class Load:
    """What wrk saw."""

    per_second: float
    failed: int  # answers that were no 2xx or 3xx, and errors of the socket


def wrk(urls: Sequence[str], seconds: float, *headers: str) -> Load:
    """Ask for the addresses in turn over 32 connections; all have the same root."""
    root = re.match(r"http://[^/]+", urls[0])
    assert root, urls[0]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        paths = ", ".join(f'"{url.removeprefix(root.group())}"' for url in urls)
        script.write(_SCRIPT % paths)
        script.flush()
        asked = [word for header in headers for word in ("-H", header)]
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds}",
            "--timeout",
            "30s",
            "-s",
            script.name,
            *asked,
            root.group(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stdout + done.stderr
        said = done.stdout
    numbers = re.search(r"per second (\S+) failed (\d+)", said)
    assert numbers, said
    return Load(float(numbers[1]), int(numbers[2]))


_SCRIPT = """
local paths, at = {%s}, 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  print(string.format("per second %%.1f failed %%d", summary.requests / summary.duration * 1e6, failed))
end
"""
