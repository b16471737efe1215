"""Releases that switch under readers, and a database that goes away."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fixtures.facts import Fact, Mission, found
from fixtures.service import Serve
from hexwatch_service import database
from hexwatch_service.database import Database, Unavailable

CELLS = sorted(h3.grid_disk(h3.latlng_to_cell(4.4, 18.6, 5), 3))
DAY = date(2024, 1, 1)
TILE = "/tiles/mission/6/35/31.mvt"
LAST = 12


@pytest.fixture
def mission(dsn: str) -> Mission:
    made = found(dsn)
    made.publish(5, facts(1))
    return made


@pytest.fixture
def client(mission: Mission, serve: Serve) -> Iterator[TestClient]:
    with serve(mission.dsn) as served:
        yield served


def facts(amount: int) -> list[Fact]:
    return [Fact((cell,), DAY, DAY, amount=amount) for cell in CELLS]


def amounts(client: TestClient) -> set[float]:
    layer = mapbox_vector_tile.decode(client.get(TILE, params={"cols": "incidents"}).content)["mission"]
    return {feature["properties"]["incidents"] for feature in layer["features"]}


def soon(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"


def test_50_readers_see_one_release_or_the_next(mission: Mission, client: TestClient) -> None:
    """In every release all cells have one number; a tile of two releases would have two."""
    publisher = threading.Thread(target=lambda: [mission.publish(5, facts(n)) for n in range(2, LAST + 1)])
    publisher.start()
    seen = [1.0]
    while seen[-1] < LAST:
        (now,) = amounts(client)
        assert now >= seen[-1]
        seen.append(now)
    publisher.join()


def test_tiles_keep_coming_while_the_database_is_away(mission: Mission, client: TestClient, server: str) -> None:
    before = client.get("/layers").json()
    assert before.pop("stale") is False
    (layer,) = before["layers"]
    with psycopg.connect(server, autocommit=True) as admin:
        name = conninfo_to_dict(mission.dsn)["dbname"]
        admin.execute(sql.SQL("alter database {} allow_connections false").format(sql.Identifier(str(name))))
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        soon(lambda: "x-hexwatch-stale" in client.get("/healthz").headers)
        for path in (
            TILE,
            f"{TILE}?datetime=2024-01",
            "/styles/mission/incidents.json",
            "/legend/mission/incidents.json",
        ):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["x-hexwatch-stale"]) == (200, "true")
        assert client.get("/layers").json() == {"layers": [layer], "stale": True}
        admin.execute(sql.SQL("alter database {} allow_connections true").format(sql.Identifier(str(name))))
    mission.publish(5, facts(9))
    soon(lambda: amounts(client) == {9})
    assert "x-hexwatch-stale" not in client.get(TILE).headers


WAITS = "select pg_sleep(case when pg_try_advisory_lock_shared(7) then 0 else 30 end), 1 as n"


def test_33_a_question_whose_session_ended_is_asked_again(dsn: str) -> None:
    async def use(admin: psycopg.Connection) -> Any:
        found = Database(dsn, size=2, seconds=40)
        await found.open()
        try:
            admin.execute("select pg_advisory_lock(7)")
            asking = asyncio.ensure_future(found.fetch(WAITS, {}))
            running = "from pg_stat_activity where state = 'active' and query like 'select pg_sleep(case%'"
            while admin.execute(f"select pid {running}").fetchone() is None:  # pyright: ignore[reportArgumentType, reportCallIssue]
                await asyncio.sleep(0.01)
            admin.execute("select pg_advisory_unlock(7)")
            admin.execute(f"select pg_terminate_backend(pid) {running}")  # pyright: ignore[reportArgumentType, reportCallIssue]
            return (await asking)[0]["n"]
        finally:
            await found.close()

    with psycopg.connect(dsn, autocommit=True) as admin:
        assert asyncio.run(use(admin)) == 1


def test_37_an_outage_longer_than_the_pool_waits(dsn: str, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool gives up its connections one by one, with many who ask; afterwards whoever asks gets one."""
    monkeypatch.setattr(database, "WAIT", 0.2)
    monkeypatch.setattr(database, "PATIENCE", 0.5)
    name = sql.Identifier(str(conninfo_to_dict(dsn)["dbname"]))

    async def use(admin: psycopg.Connection) -> list[Any]:
        found = Database(dsn, size=2, seconds=1)
        await found.open()
        try:
            admin.execute(sql.SQL("alter database {} allow_connections false").format(name))
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                (conninfo_to_dict(dsn)["dbname"],),
            )
            for _ in range(3):
                asked = (found.fetch("select 1 as n", {}) for _ in range(40))
                told = await asyncio.gather(*asked, return_exceptions=True)
                assert {type(one) for one in told} == {Unavailable}
            admin.execute(sql.SQL("alter database {} allow_connections true").format(name))
            return await _fetched(found)
        finally:
            await found.close()

    with psycopg.connect(server, autocommit=True) as admin:
        assert asyncio.run(use(admin)) == [{"n": 1}]


async def _fetched(found: Database) -> list[Any]:
    deadline = time.monotonic() + 60
    while True:
        try:
            return await found.fetch("select 1 as n", {})
        except Unavailable:
            assert time.monotonic() < deadline, "it did not come back"


def test_releases_that_may_be_outdated_for_too_long_are_not_served(mission: Mission, client: TestClient) -> None:
    mission.publish(5, facts(2))
    soon(lambda: amounts(client) == {2})  # from here on the service listens, and forgets no outage that is made up
    held = client.app.api.state.hexwatch.database  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    held.lost = time.monotonic() - 86401
    for path in (TILE, "/layers", "/legend/mission/incidents.json"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert client.get("/healthz").status_code == 200
    held.lost = None
    assert client.get(TILE).status_code == 200


@pytest.mark.parametrize(("resolution", "status"), [(1, 200), (5, 200), (6, 400), (9, 400), (0, 400), ("x", 400)])
def test_a_finer_resolution_may_be_asked_for_within_limits(client: TestClient, resolution: object, status: int) -> None:
    answer = client.get(TILE, params={"resolution": str(resolution)})
    assert answer.status_code == status
    if status == 200:
        layer = mapbox_vector_tile.decode(answer.content)["mission"]
        assert {h3.get_resolution(h3.str_to_int(f["properties"]["h3"])) for f in layer["features"]} == {resolution}


def test_a_tile_of_too_many_cells_is_refused_with_the_limit(client: TestClient) -> None:
    answer = client.get("/tiles/mission/0/0/0.mvt", params={"resolution": 4})
    assert answer.status_code == 400
    assert "1 to 2" in answer.json()["description"]
    assert client.get("/tiles/mission/0/0/0.mvt", params={"resolution": 2}).status_code == 200
