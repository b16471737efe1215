"""Collections and their features: pages, boxes, order, formats of documents, and mistakes."""

from __future__ import annotations

import itertools
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.service import BASE

from .conftest import BASE_RESOLUTION, EAST, SEAM

ITEMS = "/collections/mission/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def items(client: TestClient, **said: Any) -> dict[str, Any]:
    answer = client.get(ITEMS, params={"limit": 10_000, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()


def cells(found: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in found["features"]]


def follow(client: TestClient, url: str) -> list[dict[str, Any]]:
    pages = []
    while url:
        pages.append(client.get(url.removeprefix(BASE)).json())
        url = next((link["href"] for link in pages[-1]["links"] if link["rel"] == "next"), "")
    return pages


@pytest.fixture(scope="module")
def every(client: TestClient) -> list[Any]:
    return [client, items(client)["features"]]


def test_a_landing_page_leads_to_everything(client: TestClient) -> None:
    links = client.get("/").json()["links"]
    assert {link["rel"] for link in links} >= {"self", "service-desc", "conformance", "data"}
    for link in links:
        answer = client.get(link["href"].removeprefix(BASE) or "/", headers={"accept": link["type"]})
        assert answer.status_code == 200 or link["rel"] == "map"
        assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


def test_every_link_of_a_collection_leads_somewhere(client: TestClient) -> None:
    only, records = client.get("/collections").json()["collections"]
    assert records == client.get("/collections/mission_events").json()
    assert only == client.get("/collections/mission").json()
    for link in only["links"]:
        answer = client.get(link["href"].removeprefix(BASE), headers={"accept": link["type"]})
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


def test_items_have_the_numbers_of_the_tiles(client: TestClient) -> None:
    drawn: dict[str, dict[str, Any]] = {}
    for x, y in itertools.product(range(2), repeat=2):
        tile = client.get(f"/tiles/mission/1/{x}/{y}.mvt").content
        if tile:
            found = mapbox_vector_tile.decode(tile)["mission"]["features"]
            drawn |= {f["properties"]["h3"]: f["properties"] for f in found}
    resolution = client.get("/layers/mission").json()["resolutions"]["1"]
    features = items(client, resolution=resolution)["features"]
    assert {f["id"]: {k: v for k, v in f["properties"].items() if v is not None} for f in features} == drawn


def test_floats_are_written_as_floats(client: TestClient) -> None:
    assert '"incidents":1.0' in client.get(ITEMS, params={"properties": "incidents"}).text


@pytest.mark.parametrize("sortby", [None, "deaths", "-incidents,h3", "-deaths_per_incident"])
def test_42_pages_neither_lose_nor_repeat_and_say_how_many_there_are(client: TestClient, sortby: str | None) -> None:
    whole = cells(items(client, **({"sortby": sortby} if sortby else {})))
    pages = follow(client, f"{ITEMS}?limit=7" + (f"&sortby={sortby}" if sortby else ""))
    assert [cell for page in pages for cell in cells(page)] == whole
    assert len(set(whole)) == len(whole) == pages[0]["numberMatched"]
    assert [page["numberReturned"] for page in pages[:-1]] == [7] * (len(pages) - 1)


def test_sorting_puts_what_has_no_value_last(client: TestClient) -> None:
    for sign in ("", "-"):
        features = items(client, sortby=f"{sign}deaths_per_incident", datetime="2024-01")["features"]
        values = [f["properties"]["deaths_per_incident"] for f in features]
        there = [v for v in values if v is not None]
        assert there == sorted(there, reverse=bool(sign))
        assert values[: len(there)] == there


def test_a_box_finds_the_hexagons_that_it_touches(client: TestClient) -> None:
    west, south, east, north = box = (17.9, 4.9, 18.1, 5.2)
    every = items(client)["features"]
    touching = {f["id"] for f in every if shapely.intersects(shapely.geometry.shape(f["geometry"]), shapely.box(*box))}
    assert set(cells(items(client, bbox="17.9,4.9,18.1,5.2"))) == touching
    assert 0 < len(touching) < len(every)
    latlon = {"bbox": f"{south},{west},{north},{east}", "bbox-crs": f"{EPSG}4326"}
    assert set(cells(items(client, **latlon))) == touching
    assert set(cells(items(client, bbox="17.9,4.9,-50,18.1,5.2,900"))) == touching
    assert cells(items(client, bbox="18,5,18,5")) == [h3.int_to_str(EAST)]


def test_a_box_may_cross_the_antimeridian(client: TestClient) -> None:
    assert cells(items(client, bbox="179,-18,-179,-16")) == [h3.int_to_str(SEAM)]
    (feature,) = items(client, bbox="179,-18,-179,-16")["features"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert shapely.geometry.shape(feature["geometry"]).is_valid


@given(st.floats(16, 20), st.floats(3, 7), st.floats(0, 4), st.floats(0, 4))
@settings(max_examples=40)
def test_any_box_finds_what_shapely_finds(
    every: list[Any], west: float, south: float, wide: float, high: float
) -> None:
    client, features = every
    box = shapely.box(west, south, west + wide, south + high)
    touching = [f["id"] for f in features if shapely.intersects(shapely.geometry.shape(f["geometry"]), box)]
    assert cells(items(client, bbox=f"{west},{south},{west + wide},{south + high}")) == touching


def test_a_window_and_categories_are_those_of_the_layer(client: TestClient) -> None:
    assert items(client, datetime="2024-02-01/2024-02-02")["numberMatched"] == 30
    found = items(client, datetime="2024-02", category="abduction", properties="incidents")["features"]
    assert sum(f["properties"]["incidents"] for f in found) == pytest.approx(4)
    assert set(found[0]["properties"]) == {"incidents"}
    assert items(client, datetime="1999")["numberMatched"] == 0


def test_reference_systems(client: TestClient) -> None:
    cell = h3.int_to_str(EAST)
    for system, expected in (
        (CRS84, (18, 5)), (f"{EPSG}4326", (5, 18)), (f"{EPSG}3857", (18 * 111_319.49, 557_305)),
    ):  # fmt: skip
        answer = client.get(f"{ITEMS}/{cell}", params={"crs": system})
        assert answer.headers["content-crs"] == f"<{system}>"
        middle = shapely.geometry.shape(answer.json()["geometry"]).centroid
        assert (middle.x, middle.y) == pytest.approx(expected, rel=0.03)


def test_outlines_are_those_of_h3(client: TestClient) -> None:
    ring = client.get(f"{ITEMS}/{h3.int_to_str(EAST)}").json()["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert shapely.LinearRing(ring).is_ccw
    expected = sorted((lon, lat) for lat, lon in h3.cell_to_boundary(EAST))
    assert np.allclose(sorted(map(tuple, ring[:-1])), expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("resolution", [1, 3, BASE_RESOLUTION])
def test_one_hexagon_of_any_resolution(client: TestClient, resolution: int) -> None:
    cell = h3.int_to_str(h3.cell_to_parent(EAST, resolution))
    one = client.get(f"{ITEMS}/{cell}").json()
    (same,) = (f for f in items(client, resolution=resolution)["features"] if f["id"] == cell)
    assert {k: one[k] for k in same} == same
    assert {link["rel"] for link in one["links"]} >= {"self", "collection"}


def test_a_property_may_be_asked_for_by_name(client: TestClient) -> None:
    assert items(client, incidents="1", datetime="2024-01")["numberMatched"] == 14
    assert cells(items(client, h3=h3.int_to_str(EAST))) == [h3.int_to_str(EAST)]


def test_a_limit_above_the_maximum_is_capped(client: TestClient) -> None:
    assert items(client, limit=10**9)["numberReturned"] == items(client)["numberMatched"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("application/geo+json, application/json;q=.9", "application/geo+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0.1, application/geo+json", "application/geo+json"),
        ("image/png", "application/geo+json"),
        ("", "application/geo+json"),
    ],
)
def test_the_client_says_what_it_accepts(client: TestClient, accept: str, expected: str) -> None:
    answer = client.get(ITEMS, headers={"accept": accept})
    assert answer.headers["content-type"].split(";")[0] == expected
    assert "accept" in {word.strip() for word in answer.headers["vary"].split(",")}


def test_asked_again_after_another_format_it_is_still_the_right_one(client: TestClient) -> None:
    for accept in ("text/html", "application/geo+json", "text/html"):
        assert client.get(ITEMS, headers={"accept": accept}).headers["content-type"].startswith(accept)


def test_clients_may_keep_and_ask_again(client: TestClient) -> None:
    first = client.get(ITEMS)
    again = client.get(ITEMS, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(ITEMS, headers={"accept": "text/html"}).headers["etag"] != first.headers["etag"]
    head = client.head(ITEMS)
    assert (head.status_code, head.content) == (200, b"")
    assert "no-cache" in client.get("/collections").headers["cache-control"]


def test_pages_for_people_escape_what_they_show(client: TestClient) -> None:
    for path in ("/", "/collections", "/collections/mission", ITEMS, "/conformance", f"{ITEMS}/{h3.int_to_str(EAST)}"):
        page = client.get(path, headers={"accept": "text/html"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<mission>" not in page.text
        assert "<script" not in page.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=nan,0,1,1", "bbox"),
        ("bbox=0,5,1,4", "bbox"),
        ("bbox=0,0,1,1&bbox-crs=urn:nope", "bbox-crs"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("offset=99999999999999999999", "offset"),
        ("offset=-1", "offset"),
        ("datetime=yesterday", "datetime"),
        ("resolution=6", "resolution"),
        ("resolution=16", "resolution"),
        ("properties=incidents,secrets", "secrets"),
        ("sortby=-rainfall", "rainfall"),
        ("sortby=", "sortby"),
        ("crs=urn:nope", "crs"),
        ("f=docx", "f: "),
        ("category=arson", "category"),
        ("deaths=many", "deaths"),
        ("no_such_param=1", "no_such_param"),
        ("limit=1&limit=2", "more than once"),
        ("%00=1", "parameter"),
    ],
)
def test_mistakes_are_named(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")
    assert set(answer.json()) == {"code", "description"}
    assert said in answer.json()["description"]


@pytest.mark.parametrize(
    "path",
    [
        "/collections/nowhere",
        "/collections/nowhere/items",
        f"{ITEMS}/nope",
        f"{ITEMS}/8f6b888bfffffff",
        f"{ITEMS}/{'f' * 40}",
        f"{ITEMS}/{h3.int_to_str(EAST).upper()}",
        f"{ITEMS}/{h3.int_to_str(h3.latlng_to_cell(50, 0, BASE_RESOLUTION))}",
        f"{ITEMS}/{h3.int_to_str(h3.cell_to_center_child(EAST, 9))}",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, set(answer.json())) == (404, {"code", "description"})
