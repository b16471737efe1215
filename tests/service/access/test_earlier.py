"""Earlier releases are looked up among what a reader sees: audiences, limits and logins hold for them too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fixtures.access import SECRET, Keys, execute, heard, limit
from fixtures.reports import Loads, report
from hexwatch_schemas.access import addresses
from hexwatch_schemas.words import Audience
from hexwatch_service.state import State

RECENT = (date.today() - timedelta(days=10)).isoformat()  # noqa: DTZ011 (a day more or less is no matter here)
DIFF = "/layers/quartz/diff?from=1&to=2"


def state_of(client: TestClient) -> State:
    return client.app.api.state.hexwatch  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]


@pytest.fixture
def twice(client: TestClient, mission: str, load_reports: Loads) -> TestClient:
    """The service over a mission in which quartz has a second release, with a report of ten days ago."""
    revised = [report("a", revision=2, deaths=5), report("new", day_from=RECENT, day_to=RECENT, deaths=9)]
    load_reports(mission, revised, dataset="quartz")
    assert client.portal
    client.portal.call(state_of(client).refresh)
    return client


def told(client: TestClient, path: str, key: dict[str, str] | None = None) -> Any:
    answer = client.get(path, headers=key or {})
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


@pytest.mark.parametrize(
    "path",
    [
        "/layers/{}?as_of=1", "/as-of/1/layers/{}", "/as-of/2024-01-01/layers/{}", "/layers/{}?as_of=banana",
        "/layers/{}?as_of=99", "/collections/{}_events/items?as_of=1", "/as-of/1/tiles/{}/6/35/31.mvt",
        "/as-of/1/rasters/{}/tilejson.json", "/layers/{}/diff?from=1&to=1", "/wms?layers={}.incidents&as_of=1",
    ],
)  # fmt: skip
def test_what_is_hidden_has_no_earlier_release(client: TestClient, path: str) -> None:
    hidden, absent = client.get(path.format("velvet")), client.get(path.format("zircon"))
    assert (hidden.status_code, hidden.text.replace("velvet", "zircon")) == (absent.status_code, absent.text)
    assert hidden.status_code == (400 if path.startswith("/wms") else 404)
    assert hidden.headers["cache-control"] == "no-store"


def test_who_may_see_it_is_told_alone_and_noted(client: TestClient, keys: Keys) -> None:
    key = {"x-api-key": keys.give("anna", "restricted")}
    heard(client)
    for path in ("/as-of/1/layers/velvet", "/as-of/1/tiles/velvet/6/35/31.mvt", "/layers/velvet?as_of=1"):
        for _ in range(2):  # made, then remembered
            answer = client.get(path, headers=key)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
        assert client.get(path).status_code == 404
    assert client.portal
    client.portal.call(state_of(client).audit.write)
    assert execute(keys.dsn, "select subject from audit.entry where action = 'read'") == [("velvet",)]


def test_what_becomes_stricter_takes_its_history_along(client: TestClient, mission: str) -> None:
    paths = ("/as-of/1/layers/quartz", "/as-of/1/tiles/quartz/6/35/31.mvt", "/collections/quartz_events/items?as_of=1")
    assert [client.get(path).status_code for path in paths] == [200] * 3
    execute(mission, "update catalog.dataset set audience = 'restricted' where id = 'quartz'")
    heard(client)
    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_earlier_cells_are_no_finer_and_records_are_nobodys(twice: TestClient, mission: str, keys: Keys) -> None:
    insider = {"x-api-key": keys.give("insider", "restricted")}
    fine = told(twice, "/as-of/1/collections/quartz/items?resolution=5&limit=1")["features"][0]["id"]
    limit(mission, "public", 3, None)
    heard(twice)
    assert told(twice, "/as-of/1/layers/quartz")["resolutions"]["14"] == 3
    for path in (f"/as-of/1/layers/quartz/cells/{fine}", "/as-of/1/collections/quartz_events/items"):
        assert (twice.get(path).status_code, twice.get(path, headers=insider).status_code) == (404, 200)
    coarse = told(twice, DIFF)
    assert coarse["records"] == []
    assert {int(cell["h3"][1], 16) for cell in coarse["cells"]} == {3}
    assert {record["key"] for record in told(twice, DIFF, insider)["records"]} == {"a", "new"}


def test_earlier_days_that_are_held_back_stay_so(twice: TestClient, mission: str, keys: Keys) -> None:
    insider = {"x-api-key": keys.give("insider", "restricted")}
    limit(mission, "public", None, 30)
    heard(twice)
    assert told(twice, "/as-of/2/layers/quartz")["data_through"] < RECENT
    assert told(twice, "/as-of/2/layers/quartz", insider)["data_through"] == RECENT
    found = told(twice, f"/as-of/2/collections/quartz/items?datetime={RECENT}")
    assert found["numberMatched"] == 0

    def deaths(key: dict[str, str] | None) -> float:
        return sum(cell["change"] for cell in told(twice, DIFF, key)["cells"] if cell["measure"] == "deaths")

    assert (deaths(None), deaths(insider)) == (2, 11)


def test_a_key_for_other_layers_reads_no_differences_of_records(twice: TestClient, mission: str, keys: Keys) -> None:
    execute(mission, "update catalog.dataset set records_audience = 'restricted' where id = 'quartz'")
    partner = {"x-api-key": keys.give("partner", "confidential", "obsidian")}
    insider = {"x-api-key": keys.give("insider", "restricted")}
    heard(twice)
    assert [len(told(twice, DIFF, key)["records"]) for key in (None, partner, insider)] == [0, 0, 2]


def test_a_signed_address_stays_in_its_moment_and_in_nobody_elses_links(client: TestClient, keys: Keys) -> None:
    keys.give("partner", "restricted", "velvet")
    heard(client)
    ((key,),) = execute(keys.dsn, "select id from catalog.api_key")
    signed = addresses.sign(SECRET, key, Audience.RESTRICTED, ("velvet",), timedelta(hours=1))
    for path in ("collections/quartz/items", "collections/quartz_events/items"):
        page = told(client, f"/t/{signed}/as-of/1/{path}")
        assert all(f"/t/{signed}/as-of/1/" in one["href"] for one in page["links"] if "://maps" in one["href"])
        assert signed in client.get(f"/t/{signed}/{path}").text
        for plain in (f"/{path}", f"/as-of/1/{path}"):
            assert signed not in client.get(plain).text
