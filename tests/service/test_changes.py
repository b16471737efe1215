"""The change between two windows: what every cell has more or less, and nothing where either is not known."""

from __future__ import annotations

from collections.abc import Iterator

import h3.api.basic_int as h3
import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient

from fixtures.reports import BANGUI, load_from, report
from fixtures.service import Serve

REPORTS = [
    *(report(f"a{i}", day_from="2024-01-10", day_to="2024-01-10", deaths=3) for i in range(4)),
    *(report(f"b{i}", day_from="2024-02-10", day_to="2024-02-10", deaths=0) for i in range(6)),
    *(report(f"c{i}", longitude=20.5, day_from="2024-01-12", day_to="2024-01-12", deaths=2) for i in range(2)),
    *(report(f"d{i}", longitude=22.5, day_from=day, day_to=day) for i, day in enumerate(("2024-01-01", "2024-02-29"))),
    report("f", longitude=18.0, latitude=1.5, day_from="2024-02-05", day_to="2024-02-05"),
    report("e", precision="near", longitude=20.5, day_from="2024-01-20", day_to="2024-02-03"),
]
FEBRUARY = {"datetime": "2024-02", "against": "2024-01"}
TILE = "/tiles/mission/6/35/31.mvt"


@pytest.fixture(scope="module")
def client(module_dsn: str, tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[TestClient]:
    load_from(tmp_path_factory.mktemp("reports"), module_dsn, REPORTS, title="Mission")
    with serve(module_dsn) as found:
        yield found


def drawn(client: TestClient, **said: str) -> dict[str, dict[str, float]]:
    content = client.get(TILE, params=said | {"cols": "incidents,deaths_per_incident"}).content
    return {f["properties"]["h3"]: f["properties"] for f in mapbox_vector_tile.decode(content)["mission"]["features"]}


def test_a_cell_has_what_one_window_has_more_than_the_other(client: TestClient) -> None:
    now, then, change = drawn(client, datetime="2024-02"), drawn(client, datetime="2024-01"), drawn(client, **FEBRUARY)
    assert change.keys() == now.keys() | then.keys()
    for cell, told in change.items():
        had = [side.get(cell, {}).get("incidents", 0.0) for side in (now, then)]
        assert told["incidents"] == pytest.approx(had[0] - had[1], abs=1e-9)
    at = h3.int_to_str(h3.latlng_to_cell(BANGUI[1], BANGUI[0], h3.get_resolution(h3.str_to_int(next(iter(change))))))
    assert change[at]["incidents"] == 2


def test_what_has_no_value_in_one_window_has_no_change(client: TestClient) -> None:
    now, then, change = drawn(client, datetime="2024-02"), drawn(client, datetime="2024-01"), drawn(client, **FEBRUARY)
    name = "deaths_per_incident"
    known = {cell for cell in change if name in now.get(cell, {}) and name in then.get(cell, {})}
    assert {cell for cell, told in change.items() if name in told} == known
    assert known
    assert known < change.keys()


def test_every_change_is_drawn_once_and_as_strong_down_as_up(client: TestClient) -> None:
    parts = client.get("/styles/mission/incidents.json", params=FEBRUARY).json()["layers"]
    here = [part for part in parts if part["minzoom"] <= 6 < part.get("maxzoom", 99)]
    edges = [part["filter"][2:] for part in here]
    for told in drawn(client, **FEBRUARY).values():
        value = told["incidents"]
        held = [low[2] <= value <= high[2] if high[0] == "<=" else low[2] <= value < high[2] for low, high in edges]
        assert held.count(True) == 1
    legend = client.get("/legend/mission/incidents.json", params=FEBRUARY | {"zoom": "6"}).json()
    assert [row["color"] for row in legend["classes"]] == [part["paint"]["fill-color"] for part in here]
    assert legend["title"].endswith(": change")
    assert legend["note"].endswith("2024-02-01 to 2024-02-29 less 2024-01-01 to 2024-01-31")
    assert [row["label"] for row in legend["classes"]].count("no change") == 1


@pytest.mark.parametrize(("ground", "towards"), [("light", -1), ("dark", 1)])
def test_the_strongest_change_is_farthest_from_the_ground(client: TestClient, ground: str, towards: int) -> None:
    rows = client.get("/legend/mission/incidents.json", params=FEBRUARY | {"zoom": "6", "ground": ground}).json()[
        "classes"
    ]
    shades = [bytes.fromhex(row["color"][1:]) for row in rows]
    light = [towards * (0.2126 * red + 0.7152 * green + 0.0722 * blue) for red, green, blue in shades]  # ITU-R BT.709
    least = [row["label"] for row in rows].index("no change")
    assert len(rows) > 2
    assert light[: least + 1] == sorted(light[: least + 1], reverse=True)
    assert light[least:] == sorted(light[least:])


def test_style_and_tilejson_ask_for_the_same_change(client: TestClient) -> None:
    (source,) = client.get("/styles/mission/incidents.json", params=FEBRUARY).json()["sources"].values()
    (named,) = client.get("/tiles/mission/tilejson.json", params=FEBRUARY).json()["tiles"]
    assert source["tiles"] == [named]
    assert named.endswith("?datetime=2024-02&against=2024-01")


def test_a_cell_tells_both_windows_and_what_changed(client: TestClient) -> None:
    cell = h3.int_to_str(h3.latlng_to_cell(BANGUI[1], BANGUI[0], 5))
    told = client.get(f"/layers/mission/cells/{cell}", params=FEBRUARY).json()
    values = told["indicators"]["incidents"]["value"], told["against"]["indicators"]["incidents"]["value"]
    assert (*values, told["change"]["incidents"]) == (6, 4, 2)
    assert told["against"]["window"] == ["2024-01-01", "2024-01-31"]
    empty = client.get(f"/layers/mission/cells/{h3.int_to_str(h3.latlng_to_cell(0, 0, 5))}", params=FEBRUARY).json()
    assert set(empty["change"].values()) == {None}


@pytest.mark.parametrize(
    ("path", "said", "told"),
    [
        (TILE, {"datetime": "2024-01", "against": "2023"}, "days that are not known"),
        (TILE, {"datetime": "2025", "against": "2024-01"}, "days that are not known"),
        (TILE, {"datetime": "2024-02", "against": "soon"}, "is not a date"),
        ("/styles/mission/incidents.json", FEBRUARY | {"scale": "2024-01"}, "classes of its own"),
        ("/layers/mission/series", FEBRUARY, "against"),
    ],
)
def test_what_cannot_be_compared_is_told(client: TestClient, path: str, said: dict[str, str], told: str) -> None:
    answer = client.get(path, params=said)
    assert answer.status_code == 400
    assert told in answer.json()["description"]
