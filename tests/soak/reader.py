"""Somebody who reads all the time, each answer of one release and whole; and somebody who notes who holds what."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx
import psycopg

from fixtures.command import HEXWATCH

from .ground import Ground
from .world import DATASETS

EVERY = 0.25  # seconds between two reads
Sums = dict[str, float]


@dataclass
class Reader:
    """What was read: of each release the sums that it was said to have."""

    address: str
    seen: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    newest: dict[str, int] = field(default_factory=dict)
    backwards: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until it is over."""
        with httpx.Client(base_url=self.address, timeout=20) as client:
            while not self.over.wait(EVERY):
                for layer in DATASETS:
                    self._read(client, layer)

    def _read(self, client: httpx.Client, layer: str) -> None:
        try:
            answer = client.get(f"/layers/{layer}/series", params={"step": "year"})
        except httpx.TransportError as error:
            self.answers[type(error).__name__] += 1
            return
        self.answers[str(answer.status_code)] += 1
        if answer.status_code == 200:
            said = answer.json()
            release, sums = said["release"], sums_of(said["measures"])
            self.seen.setdefault((layer, release), set()).add(json.dumps(sums))
            self.backwards += release < self.newest.get(layer, 0)
            self.newest[layer] = release


def sums_of(measures: dict[str, dict[str, list[float]]]) -> Sums:
    """All mass by measure, rounded to what sums of weights keep exact."""
    return {name: round(sum(map(sum, parts.values())), 4) for name, parts in sorted(measures.items())}


@dataclass
class Watch:
    """When which session took a dataset: what takeovers are measured by."""

    dsn: str
    taken: dict[tuple[str, int], float] = field(default_factory=dict)  # dataset and session: seconds since the epoch
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until it is over, whatever becomes of the database."""
        while not self.over.wait(0.5):
            with suppress(psycopg.OperationalError), psycopg.connect(self.dsn, autocommit=True) as conn:
                while not self.over.wait(0.2):
                    for dataset, session, since in conn.execute(_HELD).fetchall():
                        self.taken.setdefault((dataset, session), float(since))


_HELD = """
select d.id, h.backend, extract(epoch from h.since) from ops.hold h join catalog.dataset d on d.number = h.dataset
"""


@contextmanager
def watching(dsn: str) -> Iterator[Watch]:
    """Somebody who looks on."""
    watch = Watch(dsn)
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.over.set()
        thread.join()


@contextmanager
def reading(place: Ground) -> Iterator[Reader]:
    """A service with one process, and its reader."""
    command = [HEXWATCH, "serve", "--port", "0", "--workers", "1"]
    with (
        (place.folder / "service.log").open("ab") as log,
        subprocess.Popen(command, env=place.environment, stdout=log, stderr=subprocess.PIPE, text=True) as process,
    ):
        assert process.stderr
        told = next(line for line in process.stderr if line.startswith("Hexwatch serves"))
        reader = Reader(told.removeprefix("Hexwatch serves ").strip().removesuffix("/map"))
        drained = threading.Thread(
            target=lambda: log.writelines(line.encode() for line in process.stderr or ()), daemon=True
        )
        thread = threading.Thread(target=reader.run, daemon=True)
        drained.start()
        thread.start()
        try:
            yield reader
        finally:
            reader.over.set()
            thread.join()
            process.terminate()
            process.wait(60)
            drained.join()
