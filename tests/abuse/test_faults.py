"""The database and the network fail under load (33 to 43). Minutes long: only by ./run abuse."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import polars as pl
import psycopg
import pytest

from fixtures.command import HEXWATCH
from fixtures.reports import MAPPING_FILE, report
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.settings import Settings

from .served import PATIENCE, Clients, Served, environment_of, serving

pytestmark = [
    pytest.mark.skipif("HEXWATCH_ABUSE" not in os.environ, reason="Minutes long: ./run abuse"),
    pytest.mark.timeout(600),
]
TILE = "/tiles/mission/6/35/31.mvt?datetime=2024-01-15&cols=deaths"
RECORDS = "/collections/mission_events/items?limit=2&offset={n}"
Say = Callable[[str], None]


@pytest.fixture(scope="module")
def served(run_folder: Path) -> Iterator[Served]:
    """Two workers over a private cluster that they own."""
    folder = run_folder / "faults"
    folder.mkdir(mode=0o711)
    (folder / "mapping.toml").write_text(MAPPING_FILE)
    pl.DataFrame([report(f"r{n}", longitude=18 + n / 100) for n in range(200)]).write_csv(folder / "reports.csv")
    environment = environment_of(folder / "data")
    load = [HEXWATCH, "load", "mission", folder / "reports.csv", "--mapping", folder / "mapping.toml"]
    subprocess.run(load, env=environment, check=True, capture_output=True, timeout=PATIENCE * 2)
    with serving(environment) as found:
        yield found


@pytest.fixture
def cluster(served: Served) -> PrivateCluster:
    """The server behind the service."""
    return PrivateCluster(Settings(data_folder=served.folder))  # pyright: ignore[reportCallIssue]


def backends(cluster: PrivateCluster) -> list[int]:
    """Processes of the service's sessions."""
    with psycopg.connect(cluster.dsn()) as conn:
        asked = "select pid from pg_stat_activity where application_name = 'hexwatch_serve' and pid <> pg_backend_pid()"
        return [pid for (pid,) in conn.execute(asked)]


def until(holds: Callable[[], bool]) -> float:
    """Seconds until something holds."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE, "it did not come about"
    return time.monotonic() - began


def more(clients: Clients, answers: int = 200) -> None:
    """Until so many more answers are there."""
    seen = clients.total()
    until(lambda: clients.total() >= seen + answers)


def test_33_all_sessions_are_ended(served: Served, cluster: PrivateCluster, said: Say) -> None:
    clients = Clients(served.address, (TILE, RECORDS))
    with clients.asking():
        for _ in range(3):
            more(clients)
            with psycopg.connect(cluster.dsn(), autocommit=True) as conn:
                conn.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hexwatch_serve'"
                )
        more(clients)
    said(f"{clients.errors()} errors in {clients.total():,} answers, 3 times")
    assert clients.errors() == 0, clients.seen


def test_34_a_session_is_killed(served: Served, cluster: PrivateCluster, said: Say) -> None:
    """PostgreSQL then starts all sessions anew, and recovers: what is asked meanwhile waits."""
    clients = Clients(served.address, (TILE, RECORDS))
    with clients.asking():
        more(clients)
        os.kill(backends(cluster)[0], signal.SIGKILL)
        more(clients)
    said(f"{clients.errors()} errors in {clients.total():,} answers")
    assert clients.errors(TILE) == 0, clients.seen
    assert clients.errors() == 0, clients.seen


def test_35_the_database_restarts(served: Served, cluster: PrivateCluster, said: Say) -> None:
    clients = Clients(served.address, (TILE, RECORDS))
    with clients.asking():
        more(clients)
        cluster._server.stop()
        cluster._server.start()
        more(clients)
    said(f"{clients.errors()} errors in {clients.total():,} answers")
    assert clients.errors() == 0, clients.seen


def test_36_the_database_is_down_for_ten_seconds(served: Served, cluster: PrivateCluster, said: Say) -> None:
    clients = Clients(served.address, (TILE, RECORDS))
    ten = threading.Event()
    with clients.asking():
        more(clients)
        cluster._server.stop()
        ten.wait(10)
        cluster._server.start()
        back = until(lambda: _status(served, RECORDS.format(n=1)) == 200)
        more(clients)
    statuses = {status for (path, status), _ in clients.seen.items() if path == RECORDS}
    said(
        f"{clients.errors(TILE)} errors of tiles; records: {clients.errors(RECORDS)} times 503, back {back:.1f} s after"
    )
    assert clients.errors(TILE) == 0
    assert statuses <= {200, 503}


def _status(served: Served, path: str) -> int:
    import httpx2

    return httpx2.get(f"{served.address}{path}", timeout=PATIENCE, trust_env=False).status_code


LONG_NAMES = "update raw.event set place = repeat('a', 2000000)"  # to compare without case: seconds
RUNNING = (
    "select count(*) from pg_stat_activity where query ilike '%lower%' and state = 'active' and pid <> pg_backend_pid()"
)


def test_38_a_client_that_leaves(served: Served, cluster: PrivateCluster, said: Say) -> None:
    """What it asked for would take as long as the database's patience with one statement."""
    address, port = served.address.removeprefix("http://").split(":")
    slow = "/collections/mission_events/items?filter=" + quote("casei(place) like casei('%b')")
    with psycopg.connect(cluster.dsn(), autocommit=True) as conn:

        def running() -> bool:
            return conn.execute(RUNNING).fetchone() != (0,)

        conn.execute(LONG_NAMES)
        with socket.create_connection((address, int(port))) as gone:
            gone.sendall(f"GET {slow} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            until(running)
        taken = until(lambda: not running())
        conn.execute("update raw.event set place = null")
    said(f"its statement ended {taken:.2f} s after the client left")
    assert taken < 1


def test_39_more_questions_than_connections(served: Served, said: Say) -> None:
    clients = Clients(served.address, (RECORDS,), count=200)
    slowest = 0.0
    with clients.asking():
        for _ in range(20):
            began = time.monotonic()
            assert _status(served, "/healthz") == 200
            slowest = max(slowest, time.monotonic() - began)
    statuses = sorted({str(status) for (_, status), _ in clients.seen.items()})
    said(f"200 at once: {', '.join(statuses)}; slowest sign of life {slowest:.2f} s")
    assert set(statuses) <= {"200", "503"}


def test_40_half_open_connections(served: Served, said: Say) -> None:
    address, port = served.address.removeprefix("http://").split(":")
    opened = [socket.create_connection((address, int(port))) for _ in range(300)]
    for one in opened:
        one.sendall(b"GET /layers HTTP/1.1\r\nHost: x\r\nX-")
    assert _status(served, "/healthz") == 200
    began = time.monotonic()
    closed = 0
    for one in opened:
        one.settimeout(PATIENCE)
        try:
            while one.recv(4096):
                pass
        except ConnectionResetError:
            pass
        closed += 1
        one.close()
    said(f"{closed} of 300 closed within {time.monotonic() - began:.0f} s; others were served meanwhile")


def test_41_readers_that_read_nothing(served: Served, said: Say) -> None:
    address, port = served.address.removeprefix("http://").split(":")
    slow = []
    for _ in range(50):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        one.connect((address, int(port)))
        one.sendall(b"GET /collections/mission/items?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
        slow.append(one)
    clients = Clients(served.address, (TILE,))
    with clients.asking():
        more(clients)
    for one in slow:
        one.close()
    said(f"{clients.errors()} errors in {clients.total():,} answers beside 50 that read nothing")
    assert clients.errors() == 0


def test_43_a_worker_is_killed(served: Served, said: Say) -> None:
    """Whose connections it held see them end, as HTTP lets any server do; asked again, the others answer."""
    clients = Clients(served.address, (TILE,))
    before = served.workers()
    with clients.asking():
        more(clients)
        os.kill(min(before), signal.SIGKILL)
        back = until(lambda: len(served.workers()) == len(before) and min(before) not in served.workers())
        more(clients)
    wrong = [status for (_, status), _ in clients.seen.items() if status != 200]
    said(f"{clients.errors()} connections ended, none with a wrong answer; replaced after {back:.1f} s")
    assert all(isinstance(status, str) for status in wrong), clients.seen
    assert clients.errors() <= clients.count
