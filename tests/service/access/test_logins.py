"""The database keeps its own counsel: a login for each clearance, and row security (abuse 22 to 25)."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from fixtures.access import execute, heard
from hexwatch_schemas.store import CLEARED, READER
from hexwatch_schemas.words import Audience
from hexwatch_service.database import Database, Unavailable

SEES = {
    Audience.PUBLIC: {"quartz"},
    Audience.RESTRICTED: {"quartz", "velvet"},
    Audience.CONFIDENTIAL: {"quartz", "velvet", "obsidian"},
}
COUNT = "select count(*) from raw.event"
SETTINGS = ("row_security = off", "hexwatch.actor = 'x'", "search_path = raw", "session_replication_role = replica")


def login(dsn: str, audience: Audience) -> psycopg.Connection:
    return psycopg.connect(f"{dsn} user={CLEARED[audience]}", autocommit=True)


def numbers(dsn: str) -> dict[int, str]:
    return dict(execute(dsn, "select number, id from catalog.dataset"))


@pytest.mark.parametrize("audience", Audience)
def test_22_a_login_sees_the_records_of_its_clearance(mission: str, audience: Audience) -> None:
    known = numbers(mission)
    with login(mission, audience) as conn:
        for relation in ("raw.event", "records.event"):
            rows = conn.execute(f"select dataset from {relation}").fetchall()  # pyright: ignore[reportArgumentType, reportCallIssue]
            assert {known[n] for (n,) in rows} == SEES[audience], relation


@pytest.mark.parametrize("setting", SETTINGS)
def test_22_no_setting_opens_more(mission: str, setting: str) -> None:
    with login(mission, Audience.PUBLIC) as conn:
        before = conn.execute("select count(*) from records.event").fetchone()
        try:
            conn.execute(f"set {setting}")  # pyright: ignore[reportArgumentType, reportCallIssue]
            after = conn.execute("select count(*) from records.event").fetchone()
        except psycopg.errors.InsufficientPrivilege:
            return  # refused, or refused to answer
        assert after == before


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.RESTRICTED])
@pytest.mark.parametrize(
    "role", [READER, "hexwatch_etl", CLEARED[Audience.CONFIDENTIAL], "hexwatch", "pg_read_all_data"]
)
def test_23_no_login_becomes_another(mission: str, audience: Audience, role: str) -> None:
    with login(mission, audience) as conn:
        conn.execute("set default_transaction_read_only = off")
        for statement in (f"set role {role}", f"set session authorization {role}", f"grant {role} to current_user"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject)):
                conn.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]
        conn.execute("reset role")
        conn.execute("reset session authorization")
        assert conn.execute("select current_user").fetchone() == (CLEARED[audience],)


@pytest.mark.parametrize("audience", Audience)
def test_24_what_stands_beside_the_records_is_shut(mission: str, audience: Audience) -> None:
    shut = [
        "hex.fact", "hex.presence", "hex.support_cells", "catalog.dataset", "catalog.layer", "catalog.release",
        "catalog.category", "catalog.api_key", "catalog.records_reader", "catalog.raster", "records.collection",
        "raw.quarantine", "raw.lake_day", "ops.run", "status.run", "audit.entry",
    ]  # fmt: skip
    with login(mission, audience) as conn:
        for relation in shut:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"select * from {relation}")  # pyright: ignore[reportArgumentType, reportCallIssue]
        for call in ("hex.fact_as_of(1, 1000, 5)", "hex.presence_as_of(1, 1000, 5)", "audit.broken()", "hex.digest(1)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"select * from {call}")  # pyright: ignore[reportArgumentType, reportCallIssue]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select properties from raw.event")


def test_24_nothing_runs_with_its_owners_rights_for_everybody(mission: str) -> None:
    schemas = "array['catalog', 'raw', 'hex', 'ops', 'records', 'layers', 'status', 'audit']::regnamespace[]"
    everybodys = "count(*) filter (where has_function_privilege('public', oid, 'execute'))"
    definers = f"select count(*), {everybodys} from pg_proc where prosecdef and pronamespace = any ({schemas})"
    ((there, open_to_all),) = execute(mission, definers)
    assert (there > 8, open_to_all) == (True, 0)


def test_24_views_are_the_askers_and_estimates_tell_nothing(mission: str) -> None:
    options = "select relname, reloptions from pg_class where relnamespace = 'records'::regnamespace"
    invoked = {name for name, said in execute(mission, options) if "security_invoker=true" in (said or [])}
    assert invoked >= {"event", "track", "area"}
    execute(mission, "analyze raw.event")
    with login(mission, Audience.PUBLIC) as conn:
        told = conn.execute("select count(*) from pg_stats where tablename = 'event' and schemaname = 'raw'").fetchone()
        assert told == (0,)  # most common values of hidden rows (pg_stats heeds row security)
        hexagons = {
            name: conn.execute(f'select count(*) from layers."{name}"').fetchone() != (0,)  # pyright: ignore[reportArgumentType, reportCallIssue]
            for name in ("quartz", "velvet", "obsidian", "ghost")
        }
    assert hexagons == {"quartz": True, "velvet": False, "obsidian": False, "ghost": False}


def test_25_a_connection_comes_back_as_it_was(mission: str) -> None:
    """After an error, a cancelled question and a killed session each connection is the login's own again."""

    async def use() -> list[tuple[Any, ...]]:
        database = Database(f"{mission} user={CLEARED[Audience.RESTRICTED]}", size=1, seconds=0.3)
        await database.open()
        try:
            found = [await _who(database)]
            for bad in ("select 1/0", "select * from no_such_table", "select pg_sleep(20)", _KILL):
                try:
                    await database.fetch(bad, {})
                except (psycopg.Error, Unavailable):
                    found.append(await _who(database))
            asking = asyncio.create_task(database.fetch("select pg_sleep(20)", {}))
            await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return [*found, await _who(database)]
        finally:
            await database.close()

    found = asyncio.run(use())
    assert len(found) == 6
    assert set(found) == {(CLEARED[Audience.RESTRICTED], CLEARED[Audience.RESTRICTED], "on", "on")}


_KILL = "select pg_terminate_backend(pg_backend_pid())"


async def _who(database: Database) -> tuple[Any, ...]:
    said = "current_setting('transaction_read_only') as r, current_setting('row_security') as s"
    (row,) = await database.fetch(f"select current_user, session_user, {said}", {})
    return tuple(row.values())


def test_a_service_that_asks_too_much_is_answered_by_row_security(client: TestClient) -> None:
    """The collection is shown by mistake: the login of the asker still finds no rows in it."""
    heard(client)
    state = client.app.api.state.hexwatch  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    everything = state.published.catalogue.stored
    state.view.catalogue.stored["velvet_events"] = everything["velvet_events"]
    answer = client.get("/collections/velvet_events/items").json()
    assert (answer["numberMatched"], answer["features"]) == (0, [])


def test_a_read_only_login_writes_nothing(mission: str) -> None:
    for user in (READER, *CLEARED.values()):
        with psycopg.connect(f"{mission} user={user}", autocommit=True) as conn:
            conn.execute("set default_transaction_read_only = off")
            for statement in (
                "update catalog.dataset set audience = 'public'",
                "delete from raw.event",
                "delete from catalog.approval",
                "update catalog.api_key set clearance = 'confidential'",
                "create table catalog.mine ()",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(statement)  # pyright: ignore[reportArgumentType]
