"""What OGC clients read beside features: the API, schemas, tile sets, styles, zones, and the file for QGIS."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from typing import Any

import h3.api.basic_int as h3
import pytest
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV30SpecValidator

from fixtures.service import BASE
from hexwatch_service.database import Database
from hexwatch_service.ogc.conformance import CONFORMS_TO

from .conftest import BASE_RESOLUTION, EAST, SEAM

DGGS = "/collections/mission/dggs/H3"
CELL = h3.int_to_str(EAST)


@pytest.fixture(scope="module")
def api(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    return answer.json()


def test_the_api_is_valid_openapi_3_0(api: dict[str, Any]) -> None:
    assert api["openapi"].startswith("3.0.")
    assert not list(OpenAPIV30SpecValidator(api).iter_errors())


def test_the_api_is_as_clients_read_it(api: dict[str, Any], client: TestClient) -> None:
    assert api["components"]["parameters"]["limit"]["schema"]["maximum"] == 10_000
    literal = api["paths"]["/collections/mission/items"]["get"]["parameters"]
    assert {"limit", "filter", "h3", "deaths"} <= {p["name"] for p in literal}
    (categories,) = [p["schema"]["items"]["enum"] for p in literal if p["name"] == "category"]
    assert client.get("/collections/mission/items", params={"category": ",".join(categories)}).status_code == 200
    formats = api["paths"]["/collections/mission/items"]["get"]["responses"]["200"]["content"]
    assert (
        formats["application/vnd.ogc.fg+json"] == formats["application/geo+json"] != formats["text/csv; charset=utf-8"]
    )


def test_every_path_of_the_api_answers(api: dict[str, Any], client: TestClient) -> None:
    names = {
        "collectionId": "mission", "featureId": CELL, "zoneId": CELL, "dggrsId": "H3", "styleId": "mission.deaths",
        "tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "0", "tileRow": "0", "tileCol": "0",
    }  # fmt: skip
    for path, operations in api["paths"].items():
        answer = client.get(path.format(**names))
        assert answer.status_code == 200, path
        said = operations["get"]["responses"]["200"]["content"]
        assert answer.headers["content-type"].split(";")[0] in {kind.split(";")[0] for kind in said}, path


def test_conformance_uris_are_those_that_clients_look_for(client: TestClient) -> None:
    assert client.get("/conformance").json() == {"conformsTo": CONFORMS_TO}
    for needed in (
        "ogcapi-features-3/1.0/conf/filter", "ogcapi-features-3/1.0/conf/features-filter",
        "cql2/1.0/conf/cql2-text", "cql2/1.0/conf/basic-cql2", "cql2/1.0/conf/basic-spatial-operators",
        "ogcapi-features-5/1.0/conf/schemas",
    ):  # fmt: skip
        assert f"http://www.opengis.net/spec/{needed}" in CONFORMS_TO


@pytest.mark.parametrize(("name", "geometry"), [("schema", True), ("queryables", True), ("sortables", False)])
def test_schemas_say_what_features_have(client: TestClient, name: str, geometry: bool) -> None:
    answer = client.get(f"/collections/mission/{name}")
    assert answer.headers["content-type"] == "application/schema+json"
    said = answer.json()
    assert said["$id"] == f"{BASE}/collections/mission/{name}"
    feature = client.get("/collections/mission/items?limit=1").json()["features"][0]
    assert set(said["properties"]) == set(feature["properties"]) | ({"geometry"} if geometry else set())
    assert said["properties"]["deaths"]["x-ogc-unit"] == "deaths"


def test_tiles_have_the_same_bytes_under_both_addresses(client: TestClient) -> None:
    links = client.get("/collections/mission/tiles/WebMercatorQuad").json()["links"]
    template = next(link for link in links if link["rel"] == "item")
    z, x, y = 5, 17, 15
    address = template["href"].format(tileMatrix=z, tileRow=y, tileCol=x).removeprefix(BASE)
    ours = client.get(address, params={"f": "mvt"})
    assert ours.content == client.get(f"/tiles/mission/{z}/{x}/{y}.mvt").content
    assert len(ours.content) > 100


def test_what_a_tile_may_answer_is_described(api: dict[str, Any], client: TestClient) -> None:
    path = "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    empty = client.get("/collections/mission/tiles/WebMercatorQuad/5/0/0")
    assert empty.status_code == 204
    assert "204" in api["paths"][path]["get"]["responses"]


def test_tiles_outside_are_404(client: TestClient) -> None:
    home = "/collections/mission/tiles"
    for path in ("WebMercatorQuad/2/9/9", "NoSuch/0/0/0", "WebMercatorQuad/0/0/x", "NoSuch"):
        assert client.get(f"{home}/{path}").status_code == 404
    assert client.get("/tileMatrixSets/NoSuch").status_code == 404


def test_styles_are_listed_and_lead_to_the_same_style(client: TestClient) -> None:
    found = client.get("/styles").json()
    assert found == client.get("/collections/mission/styles").json()
    for entry in found["styles"]:
        style = client.get(entry["links"][0]["href"].removeprefix(BASE))
        assert style.headers["content-type"] == "application/vnd.mapbox.style+json"
        assert style.json() == client.get(f"/styles/{entry['id'].replace('.', '/')}.json").json()


def test_zones_are_the_cells_of_the_features(client: TestClient) -> None:
    features = client.get("/collections/mission/items?limit=10000").json()["features"]
    zones = client.get(f"{DGGS}/zones?limit=10000").json()
    assert zones["zones"] == [f["id"] for f in features]
    assert zones["numberMatched"] == len(features)
    packed = client.get(f"{DGGS}/zones?limit=10000&f=uint64").content
    count, *cells = struct.unpack(f"<{len(packed) // 8}Q", packed)
    assert count == len(cells)
    assert [h3.int_to_str(c) for c in cells] == zones["zones"]


def test_zones_page_and_filter(client: TestClient) -> None:
    everything = client.get(f"{DGGS}/zones?limit=10000").json()["zones"]
    found, url = [], f"{DGGS}/zones?limit=20"
    while url:
        page = client.get(url.removeprefix(BASE)).json()
        found += page["zones"]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert found == everything
    parent = h3.int_to_str(h3.cell_to_parent(EAST, 4))
    inside = client.get(f"{DGGS}/zones", params={"parent-zone": parent}).json()["zones"]
    assert inside == [z for z in everything if h3.int_to_str(h3.cell_to_parent(h3.str_to_int(z), 4)) == parent]
    coarse = client.get(f"{DGGS}/zones?zone-level=2").json()["zones"]
    assert {h3.get_resolution(h3.str_to_int(z)) for z in coarse} == {2}
    filtered = client.get(f"{DGGS}/zones", params={"filter": f"h3 = '{CELL}'"}).json()["zones"]
    assert filtered == [CELL]


def test_a_zone_has_the_numbers_of_its_feature(client: TestClient) -> None:
    data = client.get(f"{DGGS}/zones/{CELL}/data").json()
    properties = client.get(f"/collections/mission/items/{CELL}").json()["properties"]
    assert {k: v[0]["data"][0] for k, v in data["values"].items()} == {k: v for k, v in properties.items() if k != "h3"}
    assert (data["zoneId"], data["depths"]) == (CELL, [0])
    info = client.get(f"{DGGS}/zones/{CELL}").json()
    assert (info["level"], info["shapeType"]) == (BASE_RESOLUTION, "hexagon")
    assert client.get(f"/dggs/H3/zones/{CELL}").json()["geometry"] == info["geometry"]
    assert info["geometry"]["geometry"]["type"] == "Polygon"
    seam = client.get(f"/dggs/H3/zones/{h3.int_to_str(SEAM)}").json()
    assert seam["geometry"]["geometry"]["type"] == "MultiPolygon"
    assert seam["bbox"][0] > seam["bbox"][2]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{DGGS}/zones?zone-level=6", 404),
        (f"{DGGS}/zones?zone-level=x", 400),
        (f"{DGGS}/zones?compact-zones=true", 400),
        (f"{DGGS}/zones?zone-level=2&parent-zone={CELL}", 400),
        (f"{DGGS}/zones?parent-zone=zebra", 404),
        (f"{DGGS}/zones?sortby=deaths", 400),
        (f"{DGGS}/zones/{CELL}/data?zone-depth=1", 400),
        (f"{DGGS}/zones/zebra/data", 404),
        (f"{DGGS}/zones/852a1073fffffff/data", 404),
        ("/dggs/S2", 404),
        ("/collections/mission/dggs/S2/zones", 404),
    ],
)
def test_mistakes_about_zones(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert (answer.status_code, set(answer.json())) == (status, {"code", "description"})


def test_no_answer_asks_the_database(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise AssertionError("a statement was sent")

    monkeypatch.setattr(Database, "fetch", refuse)
    for path in (
        "/collections",
        "/collections/mission",
        "/collections/mission/items?datetime=2024-02-01",
        "/collections/mission/items?f=csv&filter=deaths>2",
        f"{DGGS}/zones",
        "/connect/qgis",
        "/api",
    ):
        assert client.get(path).status_code == 200


def test_the_file_for_qgis_has_every_class_of_every_style(client: TestClient) -> None:
    answer = client.get("/connect/qgis")
    assert "hexwatch.qlr" in answer.headers["content-disposition"]
    root = ET.fromstring(answer.content)  # noqa: S314 (our own)
    layers = {one.findtext("id"): one for one in root.iter("maplayer")}
    assert {one.get("id") for one in root.iter("layer-tree-layer")} == set(layers)
    for indicator in client.get("/layers/mission").json()["indicators"]:
        classes = layers[f"hexwatch_mission_{indicator['id']}"].findall("renderer/styles/style")
        style = client.get(f"/styles/mission/{indicator['id']}.json").json()
        assert len(classes) == len(style["layers"])
        assert all(f'"{indicator["id"]}" >= ' in str(c.get("expression")) for c in classes)
    assert "zmin=0&zmax=" in str(layers["hexwatch_mission_deaths"].findtext("datasource"))
    # QGIS looks a system up only where its own number stands too; or the layer has none, and the map no units.
    systems = {(one.findtext("srsid"), one.findtext("authid")) for one in root.iter("spatialrefsys")}
    assert systems == {("3857", "EPSG:3857"), ("3452", "EPSG:4326")}
