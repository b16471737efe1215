"""The service as it runs, over a private cluster of its own, with clients that count what they get."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from fixtures.command import HEXWATCH

PATIENCE = 60.0  # seconds


@dataclass
class Served:
    """A running `hexwatch serve`, and the folder of its cluster."""

    address: str
    folder: Path
    process: subprocess.Popen[str]

    def workers(self) -> set[int]:
        """Processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid) for pid in children if b"hexwatch" in _command(pid)}


def _command(pid: str) -> bytes:
    """Empty of a process that has ended."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""
    return b"" if b"resource_tracker" in command else command


@contextmanager
def serving(environment: Mapping[str, str], *options: str) -> Iterator[Served]:
    """The service until the block ends."""
    command = [HEXWATCH, "serve", "--port", "0", *options]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        found = re.search(r"http://\S+(?=/map)", process.stderr.readline())
        threading.Thread(target=process.stderr.read, daemon=True).start()
        try:
            assert found
            yield Served(found.group(), Path(environment["HEXWATCH_DATA_FOLDER"]), process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


@dataclass
class Clients:
    """Clients that ask over and over, each for one kind of address, and what they got: status or kind of failure.

    `{n}` in an address is another number each time, so that no cache answers.
    """

    address: str
    paths: tuple[str, ...]
    count: int = 6
    seen: Counter[tuple[str, int | str]] = field(default_factory=Counter)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask for as long as the block lasts."""
        ended = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._ask(ended)))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(PATIENCE)

    def errors(self, path: str | None = None) -> int:
        """Answers that were no success."""
        wrong = (n for (p, status), n in self.seen.items() if status not in (200, 204) and path in (None, p))
        return sum(wrong)

    def total(self) -> int:
        """All answers."""
        return self.seen.total()

    async def _ask(self, ended: threading.Event) -> None:
        async with httpx2.AsyncClient(base_url=self.address, timeout=PATIENCE, trust_env=False) as client:
            await asyncio.gather(*(self._one(client, ended, at) for at in range(self.count)))

    async def _one(self, client: httpx2.AsyncClient, ended: threading.Event, at: int) -> None:
        path, asked = self.paths[at % len(self.paths)], 0
        while not ended.is_set():
            asked += 1
            try:
                answer = await client.get(path.format(n=at * 1_000_000 + asked))
                self.seen[path, answer.status_code] += 1
            except httpx2.HTTPError as error:
                self.seen[path, type(error).__name__] += 1


def environment_of(folder: Path) -> dict[str, str]:
    """A private cluster in a folder, and nothing of the tests' own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXWATCH_")}
    return kept | {"HEXWATCH_DATA_FOLDER": str(folder), "HEXWATCH_AUDIENCE": "public", "HEXWATCH_WORKERS": "2"}
