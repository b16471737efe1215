"""Migrations: repeatable, together, and never edited afterwards."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.exc import OperationalError

from fixtures.command import Outcome
from hexwatch_schemas import migrate
from hexwatch_schemas.errors import StoreError
from hexwatch_schemas.migrations import run


@pytest.fixture
def blank(server: str, dsn: str) -> str:
    """A database where Hexwatch never was."""
    name = conninfo_to_dict(dsn)["dbname"]
    blank = f"{name}-blank"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template template0").format(sql.Identifier(blank)))
    return make_conninfo(server, dbname=blank)


def test_55_two_migrators_at_once_make_one_schema(blank: str, cli: Callable[..., Outcome]) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: cli("migrate", dsn=blank), range(2)))
    assert [(d.code, d.stderr) for d in done] == [(0, ""), (0, "")]
    with psycopg.connect(blank) as conn:
        assert migrate.current(conn) == migrate.head()
        migrate.check(conn)


def test_55_a_migrator_that_is_killed_in_a_migration_leaves_whole_steps(
    blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each migration is a transaction: the next migrator begins with the one that was broken off."""
    original = run.run_file

    def killed(revision: str) -> None:
        original(revision)
        if revision == "0007_records":
            with psycopg.connect(blank, autocommit=True) as conn:
                conn.execute(_END_OTHERS)

    with monkeypatch.context() as patch:
        patch.setattr(run, "run_file", killed)
        with pytest.raises((StoreError, OperationalError)):
            migrate.upgrade(blank)
    with psycopg.connect(blank) as conn:
        assert migrate.current(conn) == "0006_states"
    migrate.upgrade(blank)
    with psycopg.connect(blank) as conn:
        migrate.check(conn)


_END_OTHERS = """
select pg_terminate_backend(pid, 10000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


def test_a_database_without_schema_is_refused_with_the_remedy(blank: str) -> None:
    with psycopg.connect(blank) as conn, pytest.raises(StoreError, match="hexwatch migrate"):
        migrate.check(conn)


def test_55_an_edited_migration_is_refused(dsn: str) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute("update public.hexwatch_migration_file set sha256 = 'another'")
    with pytest.raises(StoreError, match="was edited after it had been applied"):
        migrate.upgrade(dsn)


def test_the_reader_sees_published_numbers_only(dsn: str) -> None:
    readable = """
        select has_table_privilege('hexwatch_reader', %s, 'select'),
          has_table_privilege('hexwatch_reader', %s, 'insert')"""
    with psycopg.connect(dsn) as conn:
        for table in ("hex.fact", "hex.cell", "hex.support_cells", "catalog.layer", "catalog.release"):
            assert conn.execute(readable, (table, table)).fetchone() == (True, False)
        for schema in ("raw", "ops"):
            assert conn.execute(
                "select has_schema_privilege('hexwatch_reader', %s, 'usage')", (schema,)
            ).fetchone() == (False,)


def test_a_partition_of_facts_is_readable(dsn: str) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute("select hex.add_partition(77)")
        conn.execute("set role hexwatch_reader")
        assert conn.execute("select count(*) from hex.fact").fetchone() == (0,)
