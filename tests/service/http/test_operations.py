"""Status, metrics, and events of releases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from fixtures.reports import Loads, report
from fixtures.service import Serve
from hexwatch_service.catalogue import Layer
from hexwatch_service.database import Unavailable
from hexwatch_service.live import Live, event
from hexwatch_service.metrics import kind_of

PRIVATE = "/srv/secret/reports.csv"


@pytest.fixture
def known(dsn: str, load_reports: Loads, serve: Serve) -> Callable[[], Layer]:
    """A layer as the service holds it."""
    load_reports(dsn, [report("a"), report("bad", longitude=0, latitude=0)], title="<i>Mission</i>")

    def layer() -> Layer:
        with serve(dsn) as client:
            front: Any = client.app
            return front.api.state.hexwatch.catalogue["mission"]

    return layer


def test_the_status_page_tells_runs_quarantine_and_schedule_but_no_words_of_errors(
    dsn: str, load_reports: Loads, serve: Serve
) -> None:
    load_reports(dsn, [report("a"), report("bad", longitude=0, latitude=0)])
    with psycopg.connect(dsn) as conn:
        conn.execute(
            "insert into ops.run (dataset, status, code_version, error)"
            " select number, 'failed', '', %s from catalog.dataset",
            (f"UnreadableFile: {PRIVATE} is empty",),
        )
        conn.execute("insert into ops.schedule (dataset, cron) select number, '5 4 * * *' from catalog.dataset")
        conn.execute(
            "insert into catalog.dataset (id, kind, title, audience) values ('quiet', 'events', '', 'restricted')"
        )
        conn.execute(
            "insert into ops.run (dataset, code_version) select number, '' from catalog.dataset where id = 'quiet'"
        )
    with serve(dsn) as client:
        page, data = client.get("/status", headers={"accept": "text/html"}), client.get("/status").json()
    assert page.status_code == 200
    assert all(word in page.text for word in ("UnreadableFile", "5 4 * * *", "mission", "fresh"))
    assert PRIVATE not in page.text + json.dumps(data)
    assert "quiet" not in page.text + json.dumps(data)
    assert {(row["dataset"], row["rows"]) for row in data["quarantine"]} == {("mission", 1)}
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_metrics_count_answers_loads_and_steps(dsn: str, load_reports: Loads, serve: Serve) -> None:
    load_reports(dsn, [report("a"), report("bad", longitude=0, latitude=0)])
    with serve(dsn) as client:
        client.get("/layers/mission")
        text = client.get("/metrics").text
    found = {
        (s.name, *sorted(s.labels.values())): s.value for f in text_string_to_metric_families(text) for s in f.samples
    }
    assert found["hexwatch_database_up",] == 1
    assert found["hexwatch_answers_total", "200", "layers"] >= 1
    assert found["hexwatch_layer_release", "mission"] == 1
    assert found["hexwatch_load_loaded", "mission", "published", "table"] == 1
    assert found["hexwatch_load_step_seconds", "mission", "publish", "table"] > 0
    assert any(name[0] == "hexwatch_quarantine_rows" and "mission" in name for name in found)


def test_names_of_clients_make_no_new_series() -> None:
    assert {kind_of(path) for path in ("/tiles/x/1/2/3.mvt", "/zzz/1", "/zzz/2", "/", "x", "")} == {
        "tiles", "other", "landing",
    }  # fmt: skip


def test_who_listens_hears_what_there_is_and_then_each_release(known: Callable[[], Layer]) -> None:
    first = known()
    second = replace(first, release=2)

    async def listen() -> list[bytes]:
        live, shown = Live(), [first]
        async with aclosing(live.join(lambda: shown)) as events:
            heard = [await anext(events), await anext(events)]
            shown[:] = [second]
            live.tell({"mission", "a layer that is not shown"})
            heard.append(await anext(events))
            live.end()
            heard += [one async for one in events]
        assert not live._waiting
        return heard

    assert asyncio.run(listen()) == [b"retry: 3000\n\n", event(first), event(second)]


def test_a_listener_that_is_slow_hears_the_newest_release_only(known: Callable[[], Layer]) -> None:
    first = known()

    async def listen() -> bytes:
        live, shown = Live(), [first]
        async with aclosing(live.join(lambda: shown)) as events:
            await anext(events)
            for number in range(2, 100):
                shown[:] = [replace(first, release=number)]
                live.tell({"mission"})
            return await anext(events)

    assert asyncio.run(listen()) == event(replace(first, release=99))


def test_listeners_are_bounded_and_their_places_are_given_back() -> None:
    async def crowd() -> None:
        live = Live(limit=1, pulse=0.01)
        async with aclosing(live.join(list)) as events:
            await anext(events)
            assert await anext(events) == b": still here\n\n"
            with pytest.raises(Unavailable):
                live.join(list)
        async with aclosing(live.join(list)) as events:
            await anext(events)

    asyncio.run(crowd())


def test_an_event_is_one_line_of_json(known: Callable[[], Layer]) -> None:
    head, identity, data, *rest = event(known()).decode().split("\n")
    assert (head, identity, rest) == ("event: release", "id: mission.1", ["", ""])
    assert json.loads(data.removeprefix("data: "))["release"] == 1
