"""Which server to run the service with: throughput, half-open connections, clients that leave, workers that die."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.served import free_port, until, wrk

BODY = os.urandom(50_000)
HALF_OPEN, PATIENCE = 300, 45.0  # connections, seconds
ROUNDS = 3
SERVERS = {
    "uvicorn": ("uvicorn", "--log-level", "critical", "--workers"),
    "granian": ("granian", "--interface", "asgi", "--no-log", "--respawn-failed-workers", "--workers"),
}


async def app(scope, receive, send) -> None:
    """`/tile`: 50 kB; `/pid`: who answers; `/wait`: says in a file when the client has left."""
    if scope["type"] != "http":
        return
    body = BODY if scope["path"] == "/tile" else str(os.getpid()).encode()
    if scope["path"] == "/wait":
        await _left(receive)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def _left(receive) -> None:
    note = Path(os.environ["HEXWATCH_BENCH_NOTE"])
    note.write_text("waits")
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    except asyncio.CancelledError:
        note.write_text("left")
        raise
    note.write_text("left")


def main() -> None:
    """Print one table; each column is a server with two workers."""
    columns = {name: _measure(name) for name in SERVERS}
    print("| | " + " | ".join(columns) + " |\n| --- | " + " | ".join("---" for _ in columns) + " |")
    for row in next(iter(columns.values())):
        print(f"| {row} | " + " | ".join(column[row] for column in columns.values()) + " |")


def _measure(name: str) -> dict[str, str]:
    with _running(name) as port:
        urls = [f"http://127.0.0.1:{port}/tile"]
        plain = statistics.median(wrk(urls, 3).per_second for _ in range(ROUNDS))
        left = _seconds_until_left(port)
        with _half_open(port) as connections:
            beside = wrk(urls, 3).per_second
            closed = _seconds_until_closed(connections)
        replaced = _seconds_until_replaced(port)
    return {
        "50 kB answers a second": f"{plain:,.0f}",
        f"the same beside {HALF_OPEN} half-open connections": f"{beside:,.0f}",
        "these are closed after": closed,
        "the application hears that a client left after": left,
        "a killed worker is replaced after": replaced,
    }


@contextmanager
def _running(name: str) -> Iterator[int]:
    port = free_port()
    module, *options = SERVERS[name]
    command = [sys.executable, "-m", module, *options, "2", "--port", str(port), "bench.servers:app"]
    with subprocess.Popen(command, env={**os.environ, "HEXWATCH_BENCH_NOTE": _note(port)}) as process:
        try:
            until(lambda: _pid(port) > 0, 20)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _note(port: int) -> str:
    return f"/tmp/hexwatch-bench-{port}"  # noqa: S108 (ours, for a moment)


def _pid(port: int) -> int:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as one:
            one.sendall(b"GET /pid HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            return int(b"".join(iter(lambda: one.recv(4096), b"")).rsplit(b"\r\n", 1)[-1])
    except (OSError, ValueError):
        return 0


def _seconds_until_left(port: int) -> str:
    note = Path(_note(port))
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.sendall(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n")
        until(note.exists, 5)
    found = until(lambda: note.read_text() == "left", 10)
    note.unlink()
    return found


@contextmanager
def _half_open(port: int) -> Iterator[list[socket.socket]]:
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(HALF_OPEN)]
    for one in connections:
        one.sendall(b"GET /tile HTTP/1.1\r\nhost: x\r\nx-slow: ")
        one.settimeout(0)
    yield connections
    for one in connections:
        one.close()


def _seconds_until_closed(connections: list[socket.socket]) -> str:
    """After the three seconds that they have been open already."""
    open_still = set(connections)

    def none_left() -> bool:
        for one in list(open_still):
            try:
                if not one.recv(4096):
                    open_still.discard(one)
            except BlockingIOError:
                continue
            except OSError:
                open_still.discard(one)
        return not open_still

    found = until(none_left, PATIENCE)
    return f"{found} ({HALF_OPEN - len(open_still)} of {HALF_OPEN})"


def _seconds_until_replaced(port: int) -> str:
    """Both workers must answer again, one of them a new one."""
    before: set[int] = set()
    until(lambda: before.add(_pid(port)) or len(before - {0}) == 2, 10)
    victim = max(before)
    os.kill(victim, signal.SIGKILL)
    after: set[int] = set()
    return until(lambda: after.add(_pid(port)) or len(after - before - {0}) == 1, 30)


if __name__ == "__main__":
    main()
