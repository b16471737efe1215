"""What became of it: every window once, the digests of a clean run, no torn read; and how long takeovers took."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from hexwatch_etl.project.apply import apply
from hexwatch_etl.project.read import read_project
from hexwatch_etl.pull import Declared, pull
from hexwatch_schemas.migrate import upgrade
from hexwatch_schemas.settings import settings

from .faults import SHARES, Fault
from .ground import Ground
from .reader import Reader, Watch
from .world import DATASETS, FIRST, project

# After these nobody holds the dataset any more: how long until somebody else does?
TAKEN_OVER = ("load killed", "load stopped beyond its deadline", "session of a load ended", "worker killed",
              "machine lost", "backend killed", "database restarted", "database crashed", "database away")  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What was found; `wrong` says what must not be."""

    facts: dict[str, Any]
    wrong: list[str]


def digests(conn: psycopg.Connection) -> dict[str, str]:
    """Of the facts of each dataset."""
    rows = conn.execute("select id, hex.digest(number) from catalog.dataset order by id").fetchall()
    return {str(name): str(digest) for name, digest in rows}


def clean_run(place: Ground, until: date) -> dict[str, str]:
    """The same sources, loaded once by nobody but us, in windows of a month, into a database of its own."""
    file = place.folder / "clean.toml"
    file.write_text(project(place.address, until, days=30), "utf-8")
    upgrade(place.of("clean"))
    with _own_data(place.folder / "clean"), psycopg.connect(place.of("clean"), autocommit=True) as conn:
        said = read_project(file)
        apply(conn, said, place.folder)
        for name in DATASETS:
            declared = Declared(name, said.datasets[name], place.folder)
            while pull(conn, declared).status not in ("nothing due", "nothing new"):
                pass
        return digests(conn)


@contextmanager
def _own_data(folder: Path) -> Iterator[None]:
    """Loads of this process keep their files there."""
    before = dict(os.environ)
    os.environ |= {"HEXWATCH_DATA_FOLDER": str(folder), "SOAK_TOKEN": "none"}
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def judge(
    place: Ground, until: date, faults: list[Fault], reader: Reader, watch: Watch, clean: dict[str, str]
) -> Verdict:
    """Look at everything that is left."""
    with psycopg.connect(place.dsn, autocommit=True) as conn:
        facts = {
            "days on the clock": (until - FIRST).days + 1,
            **_windows(conn, until),
            **_ledger(conn),
            "takeover": {kind: _seconds(_takeovers(watch, faults, kind)) for kind in SHARES if kind in TAKEN_OVER},
            **_reads(conn, reader),
            "jobs left": dict(conn.execute(_JOBS).fetchall()),
            "files of the lake that nobody names": len(_orphans(conn, place)),
            "digests": digests(conn),
        }
    return Verdict(facts, list(_wrong(facts, clean)))


_JOBS = "select task_name || ' ' || status::text, count(*) from hexwatch_jobs.procrastinate_jobs group by 1 order by 1"


def _windows(conn: psycopg.Connection, until: date) -> dict[str, Any]:
    loaded = [day for (day,) in conn.execute("select first_day from ops.loaded_window order by 1").fetchall()]
    wanted = [FIRST + timedelta(n) for n in range((until - FIRST).days + 1)]
    return {
        "windows loaded once": len(set(loaded)),
        "windows loaded twice": len(loaded) - len(set(loaded)),
        "windows missing": len(set(wanted) - set(loaded)),
    }


_RUNS = """
select d.id || ' ' || r.status, count(*) from ops.run r join catalog.dataset d on d.number = r.dataset group by 1
"""
_REASONS = """
select split_part(error, ':', 1), count(*) from ops.run where error is not null group by 1 order by 2 desc
"""
_STAGES = """
select coalesce((select name from ops.step s where s.run = r.id order by finished_at desc limit 1), 'before'), count(*)
from ops.run r where r.status = 'failed' and r.error = 'ended without a word' group by 1
"""
_ATTEMPTS = "select count(*) from ops.run where first_day is not null group by first_day, last_day"


def _ledger(conn: psycopg.Connection) -> dict[str, Any]:
    rows, reasons, stages, attempts = (
        conn.execute(asked).fetchall() for asked in (_RUNS, _REASONS, _STAGES, _ATTEMPTS)
    )
    tries = [count for (count,) in attempts] or [0]
    return {
        "runs": dict(sorted(rows)),
        "reasons": dict(reasons),
        "last step of runs that ended without a word": dict(stages),
        "attempts a window": {"mean": round(statistics.mean(tries), 2), "most": max(tries)},
        "still `running`": sum(n for name, n in rows if name.endswith("running")),
    }


def _takeovers(watch: Watch, faults: list[Fault], kind: str) -> Iterator[float]:
    """Seconds from a fault until another session took the events of the wars, whose schedule ticks every five."""
    times = sorted(at for (dataset, _), at in watch.taken.items() if dataset == "wars")
    for fault in faults:
        if fault.kind == kind and fault.dataset in ("wars", None):
            yield from (at - fault.at for at in [at for at in times if at > fault.at][:1])


def _seconds(found: Iterable[float]) -> dict[str, float]:
    times = sorted(found)
    if not times:
        return {}
    return {"count": len(times), "median": round(statistics.median(times), 1), "most": round(times[-1], 1)}


def _reads(conn: psycopg.Connection, reader: Reader) -> dict[str, Any]:
    torn = [key for key, sums in reader.seen.items() if sums != {json.dumps(_truth(conn, *key))}]
    return {
        "reads": dict(reader.answers),
        "releases read": len(reader.seen),
        "torn reads": len(torn),
        "releases that went back": reader.backwards,
        "torn": [(*key, sorted(reader.seen[key]), _truth(conn, *key)) for key in torn[:3]],
    }


def _truth(conn: psycopg.Connection, layer: str, release: int) -> dict[str, float]:
    """The sums of a release, from what its run believed."""
    rows = conn.execute(
        """
        select m.name, coalesce(sum(f.amount), 0)::double precision / m.scale
        from catalog.dataset d join catalog.measure m on m.dataset = d.number
        left join hex.fact_as_of(d.number, hex.belief(%(layer)s, %(release)s, d.number), d.base_resolution) f
          on f.measure = m.position
        where d.id = %(layer)s group by m.name, m.scale order by m.name
        """,
        {"layer": layer, "release": release},
    ).fetchall()
    return {name: round(total, 4) for name, total in rows}


def _orphans(conn: psycopg.Connection, place: Ground) -> set[str]:
    """Files of the lake that count for nobody."""
    named = {(str(day), run) for day, run in conn.execute("select day, run from raw.lake_day").fetchall()}
    files = (place.folder / "data/lake").glob("dataset=*/day=*/*.parquet")
    return {f.name for f in files if (f.parent.name.removeprefix("day="), int(f.name.split("-")[0])) not in named}


def _wrong(facts: dict[str, Any], clean: dict[str, str]) -> Iterator[str]:
    never = ("windows loaded twice", "windows missing", "still `running`", "torn reads", "releases that went back",
             "files of the lake that nobody names")  # fmt: skip
    yield from (f"{name}: {facts[name]}" for name in never if facts[name])
    yield from (
        f"{name}: digest {facts['digests'].get(name)}, of a clean run {clean.get(name)}"
        for name in DATASETS
        if facts["digests"].get(name) != clean.get(name)
    )
    if facts["windows loaded once"] != facts["days on the clock"]:
        yield f"{facts['windows loaded once']} windows of {facts['days on the clock']}"
