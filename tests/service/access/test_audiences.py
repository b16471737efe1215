"""Who sees which layer: the strictest of its inputs, unless a person answers for more; and never more than a limit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from fixtures.access import Keys, execute, heard, limit

AUDIENCES = ("public", "restricted", "confidential")


def seen(client: TestClient, key: str | None = None) -> set[str]:
    answer = client.get("/layers", headers={"x-api-key": key} if key else {})
    assert answer.status_code == 200
    return {layer["id"] for layer in answer.json()["layers"]}


def test_each_clearance_sees_its_layers_and_nobody_the_unclassified(client: TestClient, keys: Keys) -> None:
    people = {a: keys.give(a, a) for a in AUDIENCES}
    heard(client)
    assert seen(client) == {"quartz"}
    assert seen(client, people["public"]) == {"quartz"}
    assert seen(client, people["restricted"]) == {"quartz", "velvet"}
    assert seen(client, people["confidential"]) == {"quartz", "velvet", "obsidian"}


def test_a_key_for_some_layers_opens_no_others(client: TestClient, keys: Keys) -> None:
    key = keys.give("partner", "confidential", "obsidian")
    heard(client)
    assert seen(client, key) == {"quartz", "obsidian"}


@pytest.mark.parametrize("of_layer", [None, *AUDIENCES])
@pytest.mark.parametrize("other", [None, *AUDIENCES])
@pytest.mark.parametrize("shown", [None, *AUDIENCES])
def test_a_layer_is_as_strict_as_its_strictest_input(
    module_layer: str, shown: str | None, other: str | None, of_layer: str | None
) -> None:
    execute(module_layer, "update catalog.dataset set audience = %s where id = 'shown'", shown)
    execute(module_layer, "update catalog.dataset set audience = %s where id = 'effort'", other)
    execute(module_layer, "update catalog.layer set audience = %s where id = 'both'", of_layer)
    found = execute(module_layer, "select rank from catalog.layer_audience where layer = 'both'")
    ranks = [AUDIENCES.index(a) for a in (shown, other, of_layer) if a]
    assert found == ([] if None in (shown, other) else [(max(ranks),)])


@pytest.fixture(scope="module")
def module_layer(module_dsn: str) -> str:
    """A layer over two datasets, without facts."""
    for name in ("shown", "effort"):
        execute(module_dsn, "insert into catalog.dataset (id, kind, title) values (%s, 'events', '')", name)
    execute(module_dsn, "insert into catalog.layer (id, title, indicators) values ('both', '', '{}')")
    for role in ("shown", "effort"):
        execute(
            module_dsn,
            "insert into catalog.layer_dataset (layer, dataset, role)"
            " select 'both', number, id from catalog.dataset where id = %s", role,
        )  # fmt: skip
    return module_dsn


def test_an_approval_widens_until_an_input_becomes_stricter_or_another(module_layer: str) -> None:
    def rank() -> int:
        return execute(module_layer, "select rank from catalog.layer_audience where layer = 'both'")[0][0]

    execute(module_layer, "update catalog.layer set audience = null where id = 'both'")
    execute(module_layer, "update catalog.dataset set audience = 'restricted'")
    assert rank() == 1
    execute(
        module_layer,
        "insert into catalog.approval (layer, audience, inputs, datasets, approved_by, reason)"
        " select 'both', 'public', 'restricted', array_agg(number), 'A. Name', 'sums only' from catalog.dataset",
    )
    assert rank() == 0
    role = "update catalog.layer_dataset set dataset = %s where role = 'effort'"
    ((known,),) = execute(module_layer, "select number from catalog.dataset where id = 'effort'")
    execute(module_layer, role, _another(module_layer))
    assert rank() == 1  # whoever approved it knew nothing of this one
    execute(module_layer, role, known)
    assert rank() == 0
    execute(module_layer, "update catalog.dataset set audience = 'confidential' where id = 'effort'")
    assert rank() == 2
    execute(module_layer, "update catalog.dataset set audience = null where id = 'effort'")
    assert execute(module_layer, "select * from catalog.layer_audience where layer = 'both'") == []


def _another(dsn: str) -> int:
    made = "insert into catalog.dataset (id, kind, title, audience) values ('other', 'events', '', 'restricted')"
    ((number,),) = execute(dsn, f"{made} returning number")
    return number


def test_a_running_service_follows_a_classification(client: TestClient, mission: str) -> None:
    assert client.get("/layers/quartz").status_code == 200
    execute(mission, "update catalog.dataset set audience = 'restricted' where id = 'quartz'")
    heard(client)
    assert client.get("/layers/quartz").status_code == 404
    assert seen(client) == set()


def test_no_finer_cells_than_the_audience_may_see(client: TestClient, mission: str, keys: Keys) -> None:
    insider = {"x-api-key": keys.give("insider", "restricted")}
    fine = client.get("/collections/quartz/items", params={"resolution": 5, "limit": 1}).json()["features"][0]["id"]
    limit(mission, "public", 3, None)
    heard(client)
    assert client.get("/layers/quartz").json()["resolutions"]["14"] == 3
    for path in (f"/layers/quartz/cells/{fine}", f"/collections/quartz/items/{fine}", f"/cells/quartz/{fine}.arrow"):
        assert client.get(path).status_code == 404, path
    assert client.get("/collections/quartz/items", params={"resolution": 5}).status_code == 400
    assert client.get("/collections/quartz_events/items").status_code == 404  # a record is finer than any cell
    assert client.get(f"/layers/quartz/cells/{fine}", headers=insider).status_code == 200
    assert client.get("/collections/quartz_events/items", headers=insider).status_code == 200


def test_no_later_days_than_the_audience_may_see(client: TestClient, mission: str) -> None:
    def incidents(**asked: str) -> float:
        cells = client.get("/collections/quartz/items", params={"limit": 9, **asked}).json()["features"]
        return sum(cell["properties"]["incidents"] for cell in cells)

    assert incidents(datetime="2024") == 2
    late = (date.today() - date(2024, 1, 15)).days  # noqa: DTZ011 (a day more or less is no matter here)
    limit(mission, "public", None, late - 2)
    heard(client)
    assert incidents(datetime="2024") == 2
    execute(mission, "update catalog.audience_limit set delay_days = %s", late + 2)
    heard(client)
    assert client.get("/layers/quartz").status_code == 404  # all of it is held back


def test_days_that_are_held_back_are_empty(client: TestClient, mission: str, load_reports) -> None:
    from fixtures.reports import report

    recent = (date.today() - timedelta(days=10)).isoformat()  # noqa: DTZ011
    load_reports(mission, [report("old"), report("new", day_from=recent, day_to=recent, deaths=9)], dataset="quartz")
    limit(mission, "public", None, 30)
    state = client.app.api.state.hexwatch  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    assert client.portal
    client.portal.call(state.refresh)
    for window in (recent, f"{recent}/..", recent[:4]):
        assert client.get("/collections/quartz/items", params={"datetime": window}).json()["numberMatched"] == 0, window
    for choice in ({"datetime": recent, "against": "2024-01-15"}, {"datetime": "2024-01-15", "against": recent}):
        assert client.get("/styles/quartz/incidents.json", params=choice).status_code == 400, choice
    shown = client.get("/layers/quartz").json()
    assert shown["data_through"] < recent
