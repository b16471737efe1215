"""`./run soak [MINUTES]`: a compressed clock, two workers, and faults all the time; ends as a clean run would."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from fixtures.command import HEXWATCH
from fixtures.upstream import Answer, Question, serving
from hexwatch_schemas.migrate import upgrade

from .faults import SHARES, Saboteur
from .ground import Ground, ground, pause
from .reader import Reader, Watch, reading, watching
from .verdict import Verdict, clean_run, judge
from .world import FIRST, Sources, World

DAY = 15.0  # seconds of ours that a day of the sources takes
BETWEEN = 1.5  # seconds between two faults, on average
FAULTY = 0.08  # of the sources' answers
PATIENCE = 1800.0  # seconds until all is loaded, once nothing is done any more


def main() -> int:
    """Print what was done and what came of it; 1 where anything is wrong."""
    asked = argparse.ArgumentParser(prog="./run soak", description=__doc__)
    asked.add_argument("minutes", nargs="?", type=float, default=120.0)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked.add_argument("--keep", type=Path, help="an empty folder that stays, for looking at afterwards")
    said = asked.parse_args()
    tell(f"seed {said.seed}, {said.minutes:g} minutes, a day each {DAY:g} s")
    with tempfile.TemporaryDirectory(prefix="hexwatch-soak-") as folder:
        return soak(said.keep or Path(folder), said.minutes * 60, said.seed)


def soak(folder: Path, seconds: float, seed: int) -> int:
    """All of it."""
    with serving() as stub, ground(folder, stub.address) as place:
        sources, asked = Sources(World(seed), random.Random(f"{seed} answers")), threading.Event()  # noqa: S311

        def answer(question: Question) -> Answer:
            asked.set()
            stub.asked.clear()
            return sources.answer(question)

        stub.answer = answer
        saboteur = Saboteur(place, random.Random(f"{seed} faults"), lambda s: _next(asked, s))  # noqa: S311
        until, reader, watch = _abused(place, sources, saboteur, seconds)
        verdict = judge(place, until, saboteur.done, reader, watch, clean_run(place, until))
        report(place, sources, saboteur, verdict)
        return 1 if verdict.wrong else 0


def _next(asked: threading.Event, seconds: float) -> None:
    asked.clear()
    asked.wait(seconds)


def _abused(place: Ground, sources: Sources, saboteur: Saboteur, seconds: float) -> tuple[date, Reader, Watch]:
    """Faults while the clock runs, then peace until all is loaded; the last day, what was read, who held what."""
    upgrade(place.dsn)
    clock = Clock(place, sources)
    clock.turn()
    command = [HEXWATCH, "apply", str(place.file), "--yes"]
    subprocess.run(command, env=place.environment, cwd=place.folder, check=True, stdout=subprocess.DEVNULL)
    place.tend()
    _loaded(place, 2)
    with reading(place) as reader, watching(place.dsn) as watch:
        sources.share, began = FAULTY, time.monotonic()
        while (left := seconds - (time.monotonic() - began)) > 0:
            ticking = threading.Thread(target=saboteur.strike, daemon=True)
            ticking.start()
            while ticking.is_alive():
                clock.turn()
                ticking.join(1)
            place.tend()
            pause(min(left, saboteur.dice.expovariate(1 / BETWEEN)))
            clock.turn()
            _tell_state(place, saboteur, clock)
        tell(f"{len(saboteur.done)} faults; now peace")
        sources.share = 0.0
        _loaded(place, clock.days)
        _at_rest(place)
        pause(3)  # the last release is read, too
    place.stop_workers()
    return clock.until, reader, watch


class Clock:
    """Moves the sources' clock, the project file's last day and the patrols' files along."""

    def __init__(self, place: Ground, sources: Sources) -> None:
        self._place, self._sources, self._began, self.days = place, sources, time.monotonic(), 0

    @property
    def until(self) -> date:
        """The last day that may be loaded."""
        return FIRST + timedelta(self.days - 1)

    def turn(self) -> None:
        """To now."""
        passed = (time.monotonic() - self._began) / DAY + 3
        self._sources.turn_to(passed)
        while self.days < int(passed):
            self._sources.world.write_pings(self._place.folder / "incoming", self.days)
            self.days += 1
            self._place.write_project(self.until)


def _count(place: Ground) -> int:
    try:
        with psycopg.connect(place.dsn) as conn:
            row = conn.execute("select count(*) from ops.loaded_window").fetchone()
    except psycopg.OperationalError:
        return -1
    return row[0] if row else 0


def _loaded(place: Ground, windows: int) -> None:
    """Wait until so many windows are loaded, or patience ends."""
    ends = time.monotonic() + PATIENCE
    while _count(place) < windows and time.monotonic() < ends:
        place.tend()
        pause(1)


_REST = """
select count(*) from ops.run
where status in ('published', 'unchanged', 'running') and started_at > now() - interval '30 s'
"""


def _at_rest(place: Ground) -> None:
    """Wait until schedules find nothing new, and the dead are buried by the sweep."""
    pause(75)
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with psycopg.connect(place.dsn) as conn:
            row = conn.execute(_REST).fetchone()
        if row == (0,):
            return
        pause(2)


_TOLD = [0.0]


def _tell_state(place: Ground, saboteur: Saboteur, clock: Clock) -> None:
    """A line a minute."""
    if time.monotonic() - _TOLD[0] > 60:
        _TOLD[0] = time.monotonic()
        tell(f"day {clock.days}, {_count(place)} windows loaded, {len(saboteur.done)} faults")


def tell(text: str) -> None:
    """A line with the time."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)  # noqa: T201


def report(place: Ground, sources: Sources, saboteur: Saboteur, verdict: Verdict) -> None:
    """Print all."""
    counts = Counter(fault.kind for fault in saboteur.done)
    tell("what was done:")
    said = {"faults": {kind: counts[kind] for kind in SHARES}, "faulty answers": sources.failed}
    said |= {"workers that ended by themselves": place.ended, **verdict.facts}
    print(json.dumps(said, indent=1, default=str))  # noqa: T201
    tell("all is well" if not verdict.wrong else "WRONG: " + "; ".join(verdict.wrong))


if __name__ == "__main__":
    sys.exit(main())
