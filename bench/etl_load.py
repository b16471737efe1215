"""Adding a delta to the facts: key by key against a partition that is built apart and swapped in."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql as compose

from bench import large_mission
from hexwatch_etl import publish
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.migrate import upgrade
from hexwatch_schemas.settings import Settings

CELLS = 200_000
_NEVER = 1 << 60


def report(folder: Path, facts: int) -> None:
    """Print a table of the first load, a sixth more, and a hundredth more."""
    with PrivateCluster(Settings(data_folder=folder)) as cluster:  # pyright: ignore[reportCallIssue]
        upgrade(cluster.dsn())
        with psycopg.connect(cluster.dsn(), autocommit=True) as conn:
            dataset = _kept(conn, facts)
            print("| facts added to what is there | key by key: krows/s | swapped: krows/s | ratio | chosen |")
            print("| --- | --- | --- | --- | --- |")
            for added, there in ((facts, 0), (facts // 6, facts), (facts // 100, facts)):
                print(_compared(conn, dataset, added, there))
            print()


def _kept(conn: psycopg.Connection, facts: int) -> int:
    """The dataset, and a table `kept` of twice as many facts as are wanted, in no order of the key."""
    dataset = large_mission.describe(conn)
    large_mission.fill(conn, dataset, large_mission.cells(CELLS), 2 * facts)
    conn.execute("create table kept as select *, row_number() over (order by random()) as at from hex.fact")
    conn.execute("alter table kept add primary key (at)")
    return dataset


def _compared(conn: psycopg.Connection, dataset: int, added: int, there: int) -> str:
    seconds = []
    for bulk in (_NEVER, 0):
        _reset(conn, dataset, there)
        seconds.append(_seconds(conn, added, there, lambda least=bulk: _add(conn, dataset, least)))
    rate = [added / s / 1e3 for s in seconds]
    return (
        f"| {added:,} to {there:,} | {rate[0]:,.0f} | {rate[1]:,.0f} | {rate[1] / rate[0]:.1f} |"
        f" {'swap' if added > publish.BULK_SHARE * there else 'keys'} |"
    )


def _reset(conn: psycopg.Connection, dataset: int, there: int) -> None:
    conn.execute("truncate hex.fact")
    conn.execute(
        "insert into hex.fact select dataset, placement, resolution, place, day_from, day_to, category, measure, amount"
        " from kept where at <= %s order by dataset, placement, resolution, place, day_from, day_to, category, measure",
        (there,),
    )
    conn.execute(compose.SQL("vacuum analyze {}").format(compose.Identifier("hex", f"fact_{dataset}")))
    conn.execute("checkpoint")


def _seconds(conn: psycopg.Connection, added: int, there: int, add: Callable[[], None]) -> float:
    """Half of what is added meets a fact that is there. To the commit."""
    with conn.transaction():
        conn.execute(
            "create temporary table delta on commit drop as select * from kept where at > %s and at <= %s",
            (max(0, there - added // 2), max(0, there - added // 2) + added),
        )
        begun = time.perf_counter()
        add()
    return time.perf_counter() - begun


def _add(conn: psycopg.Connection, dataset: int, least: int) -> None:
    share, publish.BULK, publish.BULK_SHARE = (publish.BULK, publish.BULK_SHARE), least, 0.0
    try:
        publish.add_delta(conn, dataset)
    finally:
        publish.BULK, publish.BULK_SHARE = share
