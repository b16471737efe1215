"""Releases that switch under readers, and a database that goes away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

import h3.api.basic_int as h3
import mapbox_vector_tile
import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fixtures.facts import Fact, Mission, found
from fixtures.service import Serve

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
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"


def test_readers_see_one_release_or_the_next(mission: Mission, client: TestClient) -> None:
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


def test_releases_that_may_be_outdated_for_too_long_are_not_served(mission: Mission, client: TestClient) -> None:
    mission.publish(5, facts(2))
    soon(lambda: amounts(client) == {2})  # from here on the service listens, and forgets no outage that is made up
    database = client.app.api.state.hexwatch.database  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    database.lost = time.monotonic() - 86401
    for path in (TILE, "/layers", "/legend/mission/incidents.json"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert client.get("/healthz").status_code == 200
    database.lost = None
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
