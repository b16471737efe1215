"""Earlier releases give the numbers of their day, exactly, on every way to read them."""

from __future__ import annotations

import psycopg
import pytest

from fixtures.reports import Loads, report
from fixtures.service import Serve

HISTORY = [
    [report("a", deaths=3), report("b", precision="near", longitude=20.0), report("c", precision="country")],
    [report("a", revision=2, deaths=5), report("b", precision="near", longitude=20.0), report("d", longitude=21.0)],
    [report("a", revision=3, deaths=1, longitude=19.0)],
]
PATHS = [
    "/cells/mission/8259affffffffff.arrow?resolution=5",
    "/collections/mission/items?f=csv&limit=1000",
    "/collections/mission_events/items?f=csv",
]


def told(client, path: str) -> bytes:
    """What an address answers."""
    found = client.get(path)
    assert found.status_code == 200, found.text
    return found.content


def test_as_of_gives_what_was_served_then_on_every_way(dsn: str, load_reports: Loads, serve: Serve) -> None:
    then: list[list[bytes]] = []
    for delivery in HISTORY:
        load_reports(dsn, delivery, replace=True)
        with serve(dsn) as client:
            then.append([told(client, path) for path in PATHS])
    with psycopg.connect(dsn) as conn:
        moments = [at.isoformat() for (at,) in conn.execute("select published_at from catalog.release order by number")]
    with serve(dsn) as client:
        for number, (answers, moment) in enumerate(zip(then, moments, strict=True), 1):
            assert [told(client, f"{path}&as_of={number}") for path in PATHS] == answers
            assert told(client, f"/as-of/{number}/layers/mission") != told(client, ["/layers/mission", "f=json"][0])
            at = client.get("/layers/mission", params={"as_of": moment}).json()
            assert (at["release"], "/as-of/" in at["links"][0]["href"]) == (number, True)
            assert client.get("/layers").json()["layers"][0]["release"] == len(HISTORY)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/layers/mission?as_of=9", 404), ("/layers/mission?as_of=banana", 400),
        ("/layers/mission?as_of=2999-01-01", 400),
        ("/layers/mission?as_of=1&as_of=1", 400), ("/layers?as_of=1", 400), ("/layers/mission?as_of=1990-01-01", 404),
    ],
)  # fmt: skip
def test_what_there_never_was_is_told(dsn: str, load_reports: Loads, serve: Serve, path: str, status: int) -> None:
    load_reports(dsn, HISTORY[0])
    with serve(dsn) as client:
        assert client.get(path).status_code == status


def test_a_difference_lists_records_and_cells(dsn: str, load_reports: Loads, serve: Serve) -> None:
    for delivery in HISTORY[:2]:
        load_reports(dsn, delivery, replace=True)
    with serve(dsn) as client:
        found = client.get("/layers/mission/diff?from=1&to=2").json()
        assert client.get("/layers/mission/diff?from=1&to=7").status_code == 404
    assert {r["key"]: r["change"] for r in found["records"]} == {"a": "revised", "c": "removed", "d": "added"}
    assert sum(c["change"] for c in found["cells"] if c["measure"] == "deaths") == 3
