"""`hexwatch serve` as an operator runs it: several workers, one address, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from fixtures.command import HEXWATCH
from fixtures.reports import Loads, report

WORKERS = 2
PATIENCE = 30.0  # seconds


@pytest.fixture
def service(dsn: str, load_reports: Loads, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running service of two workers, and its address."""
    load_reports(dsn, [report("a")])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEXWATCH_")}
    own = {"HEXWATCH_DATABASE_URL": dsn, "HEXWATCH_DATA_FOLDER": str(tmp_path)}
    command = [HEXWATCH, "serve", "--port", "0", "--workers", str(WORKERS)]
    with subprocess.Popen(command, env=clean | own, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        found = re.fullmatch(r"Hexwatch serves (http://127\.0\.0\.1:\d+)/map\n", process.stderr.readline())
        try:
            assert found
            yield process, found[1]
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def _workers(process: subprocess.Popen[str]) -> set[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(pid) for pid in found.split() if b"resource_tracker" not in _command(pid)}


def _command(pid: str) -> bytes:
    """How a process was started; one that ended meanwhile is no worker."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b"resource_tracker"


def _until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline


def _release(address: str) -> int:
    """As a worker on a new connection sees it; 0 where none answers."""
    try:
        return httpx2.get(f"{address}/layers/mission").json()["release"]
    except httpx2.TransportError:
        return 0


def test_workers_are_replaced_hear_of_releases_and_end_together(
    service: tuple[subprocess.Popen[str], str], dsn: str, load_reports: Loads
) -> None:
    process, address = service
    before = _workers(process)
    assert len(before) == WORKERS
    os.kill(min(before), signal.SIGKILL)
    _until(lambda: len(_workers(process)) == WORKERS and min(before) not in _workers(process))

    load_reports(dsn, [report("a"), report("b", longitude=19.0)])
    # Connections are spread by chance: thirty of the same mind are both workers'.
    _until(lambda: all(_release(address) == 2 for _ in range(30)))

    left = _workers(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    assert [pid for pid in left if Path(f"/proc/{pid}").exists()] == []
    assert _release(address) == 0


def test_an_address_is_served_once(service: tuple[subprocess.Popen[str], str], cli: Callable, dsn: str) -> None:
    process, address = service
    port = str(urlsplit(address).port)
    second = cli("serve", "--port", port, dsn=dsn)
    assert second.code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in second.stderr
    assert process.poll() is None


def test_workers_do_not_outlive_a_service_that_was_killed(service: tuple[subprocess.Popen[str], str]) -> None:
    process, address = service
    workers = _workers(process)
    process.kill()
    process.wait(PATIENCE)
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0))
