"""Where the soak happens: a database of its own, workers and a service as an operator starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg

from fixtures.command import HEXWATCH
from hexwatch_schemas.cluster import TUNING
from hexwatch_schemas.postmaster import Postmaster

from .world import PATROLS, project

WORKERS = 2


def pause(seconds: float) -> None:
    """Nothing happens here; everything else goes on."""
    threading.Event().wait(seconds)


@dataclass
class Ground:
    """Folder, database, processes."""

    folder: Path
    address: str  # of the sources
    server: Postmaster
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ended: int = 0  # workers that ended though nobody killed them

    @property
    def dsn(self) -> str:
        """The soak's database."""
        return self.of("soak")

    def of(self, database: str) -> str:
        """A database of the server."""
        return f"host={self.server.sockets} port=5432 user=hexwatch dbname={database}"

    @property
    def file(self) -> Path:
        """The project file."""
        return self.folder / "hexwatch.toml"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the soak is told."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXWATCH_")}
        own = {"HEXWATCH_DATABASE_URL": self.dsn, "HEXWATCH_DATA_FOLDER": str(self.folder / "data")}
        return kept | own | {"SOAK_TOKEN": "none"}

    def write_project(self, until: date) -> None:
        """Move the clock: a day more may be loaded."""
        part = self.file.with_suffix(".part")
        part.write_text(project(self.address, until), "utf-8")
        part.rename(self.file)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """One more worker; its words go to a file."""
        with (self.folder / "workers.log").open("ab") as log:
            command = [HEXWATCH, "worker", "--project", str(self.file)]
            process = subprocess.Popen(
                command, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.workers.append(process)
        return process

    def tend(self) -> None:
        """Two workers, whatever became of the others; those that ended by themselves are counted."""
        if not self.server.pid():
            self.server.start()
        for process in [w for w in self.workers if w.poll() is not None]:
            self.workers.remove(process)
            self.ended += process.returncode != -signal.SIGKILL
        while len(self.workers) < WORKERS:
            self.start_worker()

    def stop_workers(self) -> None:
        """As an operator does; loads under way come to their end."""
        for process in self.workers:
            process.terminate()
        for process in self.workers:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
        self.workers.clear()

    def loads(self) -> dict[int, str]:
        """Processes that load for a worker of ours, and their datasets."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and folder.name != str(os.getpid()):
                with suppress(OSError):
                    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                    if "pull" in words and str(self.file) in words:
                        found[int(folder.name)] = words[words.index("pull") + 1]
        return found


@contextmanager
def ground(folder: Path, address: str) -> Iterator[Ground]:
    """An empty place; the server is stopped at the end."""
    folder.chmod(0o711)
    (folder / "incoming").mkdir()
    (folder / "patrols.toml").write_text(PATROLS, "utf-8")
    server = Postmaster(folder / "cluster", folder / "run", {**TUNING, "log_min_messages": "fatal"})
    server.start()
    place = Ground(folder, address, server)
    try:
        with psycopg.connect(place.of("postgres"), autocommit=True) as conn:
            conn.execute("create database soak")
            conn.execute("create database clean")
        yield place
    finally:
        for process in place.workers:
            process.kill()
        for pid in place.loads():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.stop()
