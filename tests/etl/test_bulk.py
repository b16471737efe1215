"""Bulk loads swap in a whole partition: the same facts as key by key, at once for every reader, or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.reports import Loads, report
from hexwatch_etl import publish as module
from hexwatch_schemas.queries import query
from hexwatch_schemas.store import READER, as_role

facts = st.tuples(st.integers(0, 3), st.sampled_from(["exact", "near", "country"]), st.sampled_from([17.0, 17.5, 25.0]))
deliveries = st.dictionaries(st.sampled_from("abcdef"), facts, max_size=6)


def rows(delivery: dict[str, tuple[int, str, float]]) -> list[dict]:
    return [report(key, deaths=n, precision=how, longitude=lon) for key, (n, how, lon) in delivery.items()]


@contextmanager
def bulk(least: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BULK", least)
        patch.setattr(module, "BULK_SHARE", 0.0)
        yield


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(deliveries, st.booleans()), min_size=1, max_size=4))
def test_swapping_equals_touching_keys(
    new_database: Callable[[], AbstractContextManager[str]],
    load_reports: Loads,
    history: list[tuple[dict[str, tuple[int, str, float]], bool]],
) -> None:
    with new_database() as touched, new_database() as mixed:
        for delivery, swapped in history:
            with bulk(0 if swapped else 1_000_000):
                done = load_reports(mixed, rows(delivery), replace=True)
            with bulk(1_000_000):
                assert load_reports(touched, rows(delivery), replace=True).digest == done.digest


def test_a_bulk_load_leaves_one_partition_with_its_key(dsn: str, load_reports: Loads) -> None:
    with bulk(0):
        load_reports(dsn, [report("a")])
        load_reports(dsn, [report("b", longitude=20.0)])
    with psycopg.connect(dsn) as conn:
        left = conn.execute("select relname from pg_class where relname like 'fact%' order by 1").fetchall()
        assert [name for (name,) in left if "by_day" not in name] == ["fact", "fact_1", "fact_1_pkey", "fact_pkey"]
        plan = conn.execute("explain select from hex.fact where dataset = 1 and placement = 'p'").fetchall()
        assert "fact_1" in str(plan)
        with pytest.raises(psycopg.errors.UniqueViolation):
            conn.execute("insert into hex.fact select * from hex.fact limit 1")


def test_a_small_change_of_much_touches_keys(dsn: str, load_reports: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    def partition() -> int:
        with psycopg.connect(dsn) as conn:
            row = conn.execute("select 'hex.fact_1'::regclass::oid").fetchone()
        return (row or (0,))[0]

    monkeypatch.setattr(module, "BULK", 20)
    load_reports(dsn, [report(str(n), longitude=15 + n / 10) for n in range(100)])
    first = partition()
    load_reports(dsn, [report("one more", longitude=16.05), report("another", longitude=16.15)])
    assert partition() == first
    load_reports(dsn, [report(f"{n} too", longitude=15 + n / 10) for n in range(100)])
    assert partition() != first


def test_a_reader_sees_one_release_while_a_partition_is_swapped(dsn: str, load_reports: Loads) -> None:
    """Whether it began before, or while the swap was waiting."""
    sum_of = "select (select max(number) from catalog.release), (select sum(amount) from hex.fact where resolution = 5)"
    waiting = "select count(*) from pg_locks where not granted"
    load_reports(dsn, [report("a", deaths=3)])
    with psycopg.connect(as_role(dsn, READER)) as early, psycopg.connect(as_role(dsn, READER)) as late:
        early.execute(query("snapshot.one_moment", "hexwatch_service"))
        early.execute(query("snapshot.hold_facts", "hexwatch_service"))
        early.execute("select max(number) from catalog.release")
        late.execute(query("snapshot.one_moment", "hexwatch_service"))
        with bulk(0), ThreadPoolExecutor(2) as others, psycopg.connect(dsn, autocommit=True) as watch:
            loading = others.submit(load_reports, dsn, [report("b", deaths=7)])
            while watch.execute(waiting).fetchone() == (0,):
                assert not loading.done()
            holding = others.submit(late.execute, query("snapshot.hold_facts", "hexwatch_service"))
            while watch.execute(waiting).fetchone() == (1,):
                assert not holding.done()
            assert early.execute(sum_of).fetchone() == (1, 1 + 3)
            early.commit()
            holding.result()
            loading.result()
        assert late.execute(sum_of).fetchone() == (2, 2 + 3 + 7)


KILLED = """
import os, signal, sys
import psycopg
from pathlib import Path
from fixtures.reports import MAPPING
from hexwatch_etl import publish
from hexwatch_etl.catalogue import Description
from hexwatch_etl.load import Request, load

publish.BULK, publish.BULK_SHARE = 0, 0.0
execute = psycopg.Connection.execute

def until(self, statement, *rest, **more):
    if sys.argv[3] in str(statement):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(self, statement, *rest, **more)

psycopg.Connection.execute = until
with psycopg.connect(sys.argv[1], autocommit=True) as conn:
    load(conn, Request("mission", (Path(sys.argv[2]),), mapping=MAPPING, description=Description(resolution=5)))
"""


@pytest.mark.parametrize("stage", ["build_partition", "full join", "swap_partition", "pg_notify"])
def test_44_a_load_killed_at_any_stage_leaves_the_old_facts(
    dsn: str, load_reports: Loads, write_reports: Callable[..., Path], stage: str
) -> None:
    before = load_reports(dsn, [report("a")])
    file = write_reports([report("b", deaths=7)], "later.csv")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, dsn, file, stage], check=False, cwd=Path(__file__).parents[1], timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select hex.digest(1)").fetchone() == (before.digest,)
        assert conn.execute("select count(*) from pg_class where relname like '%\\_built%'").fetchone() == (0,)
    with bulk(0):
        assert load_reports(dsn, [report("b", deaths=7)]).release == 2
