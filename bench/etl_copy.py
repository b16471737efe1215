"""Binary COPY from columns against the server's own from a file: the same facts, into a table without an index."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql as compose

from bench import large_mission
from bench.etl_load import CELLS
from hexwatch_etl.store_rows import copy_rows
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.migrate import upgrade
from hexwatch_schemas.settings import Settings

TURNS = 3


def report(folder: Path, facts: int) -> None:
    """Print the medians of both, taken in turns, and the share that ours reaches."""
    frame = large_mission.facts(1, large_mission.cells(CELLS), facts)
    file = folder / "copy" / "facts"
    file.parent.mkdir()
    file.parent.chmod(0o777)  # PostgreSQL runs as a user of its own when we are root

    def ours() -> None:
        copy_rows(conn, "copy copied from stdin (format binary)", frame)

    def theirs() -> None:
        conn.execute(compose.SQL("copy copied from {} (format binary)").format(str(file)))

    with PrivateCluster(Settings(data_folder=folder)) as cluster:  # pyright: ignore[reportCallIssue]
        upgrade(cluster.dsn())
        with psycopg.connect(cluster.dsn(), autocommit=True) as conn:
            conn.execute("create table copied (like hex.fact)")
            ours()
            conn.execute(compose.SQL("copy copied to {} (format binary)").format(str(file)))
            seconds = [[_seconds(conn, way, facts) for way in (ours, theirs)] for _ in range(TURNS)]
    rates = [facts / statistics.median(taken) / 1e3 for taken in zip(*seconds, strict=True)]
    print(f"{facts:,} facts by binary COPY: from columns {rates[0]:,.0f} krows/s, from a file at the server"
          f" {rates[1]:,.0f} krows/s; a share of {rates[0] / rates[1]:.0%}.\n")  # fmt: skip


def _seconds(conn: psycopg.Connection, copy: Callable[[], None], facts: int) -> float:
    """To the commit, into the emptied table."""
    conn.execute("truncate copied")
    conn.execute("checkpoint")
    begun = time.perf_counter()
    copy()
    taken = time.perf_counter() - begun
    assert conn.execute("select count(*) from copied").fetchone() == (facts,)
    return taken
