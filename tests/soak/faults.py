"""What is done to the soak: kills, stops, lost machines, a database that restarts or is away, second starts."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from fixtures.command import HEXWATCH

from .ground import Ground, pause
from .world import DATASETS

SHARES = {
    "load killed": 30,
    "load stopped": 12,
    "load stopped beyond its deadline": 3,
    "session of a load ended": 8,
    "second start by hand": 8,
    "worker killed": 7,
    "worker stopped": 6,
    "machine lost": 4,
    "backend killed": 3,
    "database restarted": 4,
    "database crashed": 4,
    "database away": 2,
}


@dataclass(frozen=True)
class Fault:
    """Something that was done, when, and to whose load; None: to all."""

    kind: str
    at: float  # seconds since the epoch
    dataset: str | None = None


@dataclass
class Saboteur:
    """Does what the dice say, one thing at a time."""

    ground: Ground
    dice: random.Random
    asked: Callable[[float], str | None]  # waits for the sources to be asked; of which dataset
    done: list[Fault] = field(default_factory=list)
    struck: float | None = None  # where what was done lasts: when it began

    def strike(self) -> None:
        """One fault. Where nothing was there to be hit, nothing was done."""
        kind = self.dice.choices(list(SHARES), list(SHARES.values()))[0]
        does = getattr(self, "_" + kind.replace(" ", "_"))
        self.struck = None
        try:
            hit, dataset = does()
        except (ProcessLookupError, psycopg.OperationalError):
            return  # it ended in the same moment
        if hit:
            self.done.append(Fault(kind, self.struck or time.time(), dataset))

    def _load(self) -> tuple[int, str] | None:
        """A load that is under way, at a random moment after its source was asked."""
        wanted = self.dice.choices(DATASETS, [6, 2, 2])[0]
        if wanted == "patrols":  # no one is asked for files: somewhere in the life of the process
            ends = time.monotonic() + 30
            while time.monotonic() < ends and wanted not in self.ground.loads().values():
                pause(0.2)
            pause(self.dice.uniform(0.5, 3.0))
        else:
            self.asked(30)
            pause(self.dice.uniform(0, 0.6))
        loads = list(self.ground.loads().items())
        return self.dice.choice(loads) if loads else None

    def _signalled(self, how: int, seconds: float = 0) -> tuple[bool, str | None]:
        found = self._load()
        if found is None:
            return False, None
        os.kill(found[0], how)
        self.struck = time.time()
        if seconds:
            pause(seconds)
            with suppress(ProcessLookupError):
                os.kill(found[0], signal.SIGCONT)
        return True, found[1]

    def _load_killed(self) -> tuple[bool, str | None]:
        return self._signalled(signal.SIGKILL)

    def _load_stopped(self) -> tuple[bool, str | None]:
        return self._signalled(signal.SIGSTOP, self.dice.uniform(1, 8))

    def _load_stopped_beyond_its_deadline(self) -> tuple[bool, str | None]:
        return self._signalled(signal.SIGSTOP, self.dice.uniform(24, 40))

    def _session_of_a_load_ended(self) -> tuple[bool, str | None]:
        found = self._load()
        if found is None:
            return False, None
        return self._backend("pg_terminate_backend(pid)"), found[1]

    def _backend_killed(self) -> tuple[bool, str | None]:
        """kill -9 of one backend: the server ends all others and recovers."""
        found = self._load()
        if found is None:
            return False, None
        with psycopg.connect(self.ground.dsn, autocommit=True) as conn:
            row = conn.execute(_HOLDERS.format("pid").encode()).fetchone()
        if row is None:
            return False, None
        os.kill(row[0], signal.SIGKILL)
        return True, None

    def _backend(self, what: str) -> bool:
        with psycopg.connect(self.ground.dsn, autocommit=True) as conn:
            return conn.execute(_HOLDERS.format(what).encode()).fetchone() is not None

    def _second_start_by_hand(self) -> tuple[bool, str | None]:
        found = self._load()
        if found is None:
            return False, None
        command = [HEXWATCH, "pull", found[1], "--project", str(self.ground.file), "--json"]
        subprocess.run(command, env=self.ground.environment, cwd=self.ground.folder, capture_output=True, check=False)
        return True, found[1]

    def _worker_killed(self) -> tuple[bool, str | None]:
        worker = self.dice.choice(self.ground.workers)
        worker.kill()
        worker.wait()
        self.ground.tend()
        return True, None

    def _worker_stopped(self) -> tuple[bool, str | None]:
        worker = self.dice.choice(self.ground.workers)
        worker.send_signal(signal.SIGSTOP)
        pause(self.dice.uniform(3, 45))
        worker.send_signal(signal.SIGCONT)
        return True, None

    def _machine_lost(self) -> tuple[bool, str | None]:
        """All workers and all that they started."""
        for worker in self.ground.workers:
            worker.kill()
        for pid in self.ground.loads():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for worker in self.ground.workers:
            worker.wait()
        pause(self.dice.uniform(0, 10))
        self.ground.tend()
        return True, None

    def _database_restarted(self) -> tuple[bool, str | None]:
        self.asked(30)
        pause(self.dice.uniform(0, 0.6))
        self.ground.server.stop()
        self.ground.server.start()
        return True, None

    def _database_crashed(self, away: float = 0) -> tuple[bool, str | None]:
        """Without a checkpoint, as when its power is cut."""
        self.asked(30)
        pause(self.dice.uniform(0, 0.6))
        pid = self.ground.server.pid()
        assert pid
        os.kill(pid, signal.SIGQUIT)
        while self.ground.server.pid():
            pause(0.05)
        pause(away)
        self.ground.server.start()
        return True, None

    def _database_away(self) -> tuple[bool, str | None]:
        return self._database_crashed(self.dice.uniform(5, 25))


_HOLDERS = """
select {} from ops.hold h cross join ops.owner(h.dataset) as pid where pid = h.backend limit 1
"""
