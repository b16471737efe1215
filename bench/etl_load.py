"""Adding a delta to the facts: key by key against a partition that is built apart and swapped in."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql as compose

from bench import large_mission
from hexwatch_etl import publish
from hexwatch_schemas.cluster import TUNING, PrivateCluster
from hexwatch_schemas.migrate import upgrade
from hexwatch_schemas.settings import Settings

CELLS = 200_000
ROUNDS = 3  # of both ways, in turns; medians are shown
_NEVER = 1 << 60
_QUIET = {**TUNING, "autovacuum": "off"}  # it would begin at some time within what is measured


class _Case(NamedTuple):
    """So many facts come to what is there; those that are not new meet a fact that is there."""

    there: int
    delta: int
    new: int

    def __str__(self) -> str:
        return f"{self.delta:,} to {self.there:,}" + ("" if self.new else ", all revised")


class _Took(NamedTuple):
    """Seconds by the wall, and of the server's processors."""

    wall: float
    cpu: float


def report(folder: Path, facts: int) -> None:
    """Print a table of the first load, the same facts with other numbers, a sixth more, and a hundredth more."""
    cases = [_Case(0, facts, facts), _Case(facts, facts, 0)]
    cases += [_Case(facts, facts // part, facts // part // 2) for part in (6, 100)]
    with PrivateCluster(Settings(data_folder=folder), _QUIET) as cluster:  # pyright: ignore[reportCallIssue]
        upgrade(cluster.dsn())
        with psycopg.connect(cluster.dsn(), autocommit=True) as conn:
            dataset = _kept(conn, facts)
            print("| facts added to what is there | by key: krows/s | swapped: krows/s | ratio: wall, CPU | chosen |")
            print("| --- | --- | --- | --- | --- |")
            for case in cases:
                print(_compared(conn, dataset, case))
            print()


def _kept(conn: psycopg.Connection, facts: int) -> int:
    """The dataset, and a table `kept` of twice as many facts as are wanted, in no order of the key."""
    dataset = large_mission.describe(conn)
    large_mission.fill(conn, dataset, large_mission.cells(CELLS), 2 * facts)
    conn.execute("create table kept as select *, row_number() over (order by random()) as at from hex.fact")
    conn.execute("alter table kept add primary key (at)")
    return dataset


def _compared(conn: psycopg.Connection, dataset: int, case: _Case) -> str:
    rounds = [[_added(conn, dataset, case, least) for least in (_NEVER, 0)] for _ in range(ROUNDS)]
    keys, swap = (_median([one[way] for one in rounds]) for way in (0, 1))
    rates = (f"{case.delta / took.wall / 1e3:,.0f}" for took in (keys, swap))
    ratio = f"{keys.wall / swap.wall:.1f}, {keys.cpu / swap.cpu:.1f}"
    chosen = "swap" if case.delta > publish.BULK_SHARE * case.there else "keys"
    return f"| {case} | {' | '.join(rates)} | {ratio} | {chosen} |"


def _median(rounds: list[_Took]) -> _Took:
    return _Took(*(statistics.median(of) for of in zip(*rounds, strict=True)))


def _added(conn: psycopg.Connection, dataset: int, case: _Case, least: int) -> _Took:
    """To the commit, from a database whose changes are all on the disk."""
    _reset(conn, dataset, case.there)
    last = case.there + case.new
    with conn.transaction():
        conn.execute(
            "create temporary table delta on commit drop as select * from kept where at > %s and at <= %s",
            (last - case.delta, last),
        )
        begun, cpu = time.perf_counter(), _cpu(conn)
        _add(conn, dataset, least)
    return _Took(time.perf_counter() - begun, _cpu(conn) - cpu)


def _reset(conn: psycopg.Connection, dataset: int, there: int) -> None:
    conn.execute("truncate hex.fact")
    conn.execute(
        "insert into hex.fact select dataset, placement, resolution, place, day_from, day_to, category, measure, amount"
        " from kept where at <= %s order by dataset, placement, resolution, place, day_from, day_to, category, measure",
        (there,),
    )
    conn.execute(compose.SQL("vacuum analyze {}").format(compose.Identifier("hex", f"fact_{dataset}")))
    conn.execute("checkpoint")


def _cpu(conn: psycopg.Connection) -> float:
    """Seconds of the connection's server process, and of those that helped it and have ended."""
    own = _stat(conn.info.backend_pid)
    server = _stat(int(own[1]))
    return sum(map(int, own[11:13] + server[13:15])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What stands after the name in /proc/PID/stat (proc_pid_stat(5), from its third field on)."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()


def _add(conn: psycopg.Connection, dataset: int, least: int) -> None:
    share, publish.BULK, publish.BULK_SHARE = (publish.BULK, publish.BULK_SHARE), least, 0.0
    try:
        publish.add_delta(conn, dataset)
    finally:
        publish.BULK, publish.BULK_SHARE = share
