"""The service's answers over a loaded mission: tiles, styles, legends, numbers, errors."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Iterator
from datetime import date

import h3.api.basic_int as h3
import mapbox_vector_tile
import psycopg
import pytest
from fastapi.testclient import TestClient

from fixtures.reports import BANGUI, Loads, report
from fixtures.service import BASE, Serve
from hexwatch_schemas.queries import query
from hexwatch_schemas.tiles import resolution_for_zoom
from hexwatch_schemas.windows import Window
from oracle.sums import asked

REPORTS = [
    report("a", deaths=10, day_from="2024-01-29", day_to="2024-02-02"),
    report("b", deaths=3, precision="near", longitude=20.0, category="abduction"),
    report("c", deaths=7, precision="country"),
    *(report(f"x{i}", longitude=18 + i / 7, latitude=5 + (i % 5) / 3, deaths=i) for i in range(30)),
]
TILE = "/tiles/mission/6/35/31.mvt"


@pytest.fixture
def client(dsn: str, load_reports: Loads, serve: Serve) -> Iterator[TestClient]:
    load_reports(dsn, REPORTS, title="Test mission", attribution="Nobody", synthetic=True)
    with serve(dsn) as found:
        yield found


def decoded(content: bytes, layer: str = "mission") -> dict[str, dict]:
    return {f["properties"]["h3"]: f["properties"] for f in mapbox_vector_tile.decode(content)[layer]["features"]}


def test_a_tile_says_what_sql_says_of_every_cell(client: TestClient, dsn: str) -> None:
    tile = decoded(client.get(TILE).content)
    with psycopg.connect(dsn) as conn:
        everything = {**asked(1, resolution_for_zoom(6, 5), Window(date(2024, 1, 1), date(2024, 12, 31)))}
        rows = conn.execute(query("sums.on_cells", "oracle"), everything).fetchall()
        drawn = {
            h for (h,) in conn.execute(
                "select hex.cell_to_text(cell) from hex.cell "
                "where geom && st_tileenvelope(6, 35, 31, margin => 64 / 4096.0) "
                "and resolution = %s and cell = any(%s)", (everything["resolution"], [r[0] for r in rows]))
        }  # fmt: skip
    assert set(tile) == drawn
    for cell, measure, precise, spread in rows:
        if (name := h3.int_to_str(cell)) in drawn:
            word = {"events": "incidents", "deaths": "deaths"}[measure]
            assert tile[name][word] == pytest.approx(precise + spread)
            assert tile[name][f"{word}_precise"] == pytest.approx(precise)


def test_numbers_in_tiles_are_floats_and_cells_are_text(client: TestClient) -> None:
    for properties in decoded(client.get(TILE).content).values():
        assert isinstance(properties["h3"], str)
        assert all(isinstance(v, float) for k, v in properties.items() if k != "h3")


def test_both_endings_have_the_same_bytes(client: TestClient) -> None:
    assert client.get(TILE).content == client.get(TILE.replace(".mvt", ".pbf")).content


def test_a_window_a_category_and_columns_change_the_tile(client: TestClient) -> None:
    cell = h3.int_to_str(h3.latlng_to_cell(BANGUI[1], BANGUI[0], resolution_for_zoom(6, 5)))
    february = decoded(client.get(TILE, params={"datetime": "2024-02", "cols": "deaths"}).content)
    assert february == {cell: {"h3": cell, "deaths": pytest.approx(4.0)}}
    abductions = decoded(client.get(TILE, params={"category": "abduction"}).content)
    assert sum(p["incidents"] for p in abductions.values()) == pytest.approx(1, abs=1e-6)
    assert all(p["incidents_precise"] == 0 for p in abductions.values())


def test_an_empty_tile_is_204_and_one_outside_is_404(client: TestClient) -> None:
    assert client.get("/tiles/mission/6/0/0.mvt").status_code == 204
    for outside in (
        "/tiles/mission/15/0/0.mvt",
        "/tiles/mission/-1/0/0.mvt",
        "/tiles/mission/3/8/0.mvt",
        f"/tiles/mission/3/0/{10**26}.mvt",
    ):
        answer = client.get(outside)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
        assert set(answer.json()) == {"code", "description"}


def test_a_client_that_has_the_tile_is_told_so(client: TestClient) -> None:
    first = client.get(TILE)
    again = client.get(TILE, headers={"if-none-match": f'"x", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = client.get(TILE, params={"datetime": "2024"})
    assert other.headers["etag"] != first.headers["etag"]


def test_compression_is_the_clients_choice(client: TestClient) -> None:
    with client.stream("GET", TILE, headers={"accept-encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    plain = client.get(TILE, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content


def test_tilejson_names_what_the_tile_has(client: TestClient) -> None:
    found = client.get("/tiles/mission/tilejson.json", params={"datetime": "2024-02"}).json()
    assert found["tiles"] == [f"{BASE}/tiles/mission/{{z}}/{{x}}/{{y}}.mvt?datetime=2024-02"]
    (layer,) = found["vector_layers"]
    properties = next(iter(decoded(client.get(TILE).content, layer["id"]).values()))
    assert set(properties) <= set(layer["fields"])
    assert set(layer["fields"].values()) == {"String", "Number"}


def test_a_style_covers_every_zoom_once_and_every_value(client: TestClient) -> None:
    style = client.get("/styles/mission/incidents.json").json()
    bands = sorted({(part["minzoom"], part.get("maxzoom", 99)) for part in style["layers"]})
    assert bands[0][0] == 0
    assert bands[-1][1] == 99
    assert all(a[1] == b[0] for a, b in itertools.pairwise(bands))
    edges = [part["filter"][2:] for part in style["layers"] if part["minzoom"] <= 6 < part.get("maxzoom", 99)]
    for properties in decoded(client.get(TILE).content).values():
        value = properties["incidents"]
        held = [low[2] <= value <= high[2] if high[0] == "<=" else low[2] <= value < high[2] for low, high in edges]
        assert held.count(True) == 1


def test_the_legend_is_the_styles(client: TestClient) -> None:
    style = client.get("/styles/mission/deaths.json").json()
    legend = client.get("/legend/mission/deaths.json", params={"zoom": 6.4}).json()
    drawn = [p["paint"]["fill-color"] for p in style["layers"] if p["minzoom"] <= 6 < p.get("maxzoom", 99)]
    assert [c["color"] for c in legend["classes"]] == drawn
    svg = client.get("/legend/mission/deaths.svg", params={"zoom": 6.4})
    assert svg.headers["content-type"].startswith("image/svg+xml")


def test_the_classes_of_one_window_draw_another(client: TestClient) -> None:
    said = {"datetime": "2024-02", "scale": "2024-01"}
    legend = client.get("/legend/mission/deaths.json", params={"zoom": 6, **said}).json()
    own = client.get("/legend/mission/deaths.json", params={"zoom": 6, "datetime": "2024-01"}).json()
    assert [c["color"] for c in legend["classes"]] == [c["color"] for c in own["classes"]]
    assert legend["classes"][-1]["label"].endswith("and more")
    style = client.get("/styles/mission/deaths.json", params=said).json()
    assert all("datetime=2024-02" in url and "scale" not in url for url in style["sources"]["mission"]["tiles"])


def test_a_layer_says_where_its_numbers_come_from(client: TestClient) -> None:
    (layer,) = client.get("/layers").json()["layers"]
    assert layer == client.get("/layers/mission").json()
    expected = {
        "release": 1,
        "attribution": "Nobody",
        "synthetic": True,
        "data_from": "2024-01-15",
        "data_through": "2024-02-02",
    }
    assert {k: layer[k] for k in expected} == expected
    assert layer["as_of"]
    assert all(link["href"].startswith((BASE, "type=xyz&url=" + BASE)) for link in layer["links"])


def test_a_forged_host_changes_no_link(client: TestClient) -> None:
    answer = client.get("/", headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert "evil" not in answer.text


def test_a_cell_tells_precise_from_spread_and_what_is_unplaced(client: TestClient) -> None:
    cell = h3.int_to_str(h3.latlng_to_cell(BANGUI[1], BANGUI[0], 5))
    found = client.get(f"/layers/mission/cells/{cell}").json()
    assert found["measures"]["deaths"]["precise"] == 10
    assert found["unplaced"] == {"events": 1, "deaths": 7}
    assert found["indicators"]["incidents"]["value"] == pytest.approx(1)
    quiet = client.get(f"/layers/mission/cells/{h3.int_to_str(h3.latlng_to_cell(-40, 100, 5))}").json()
    assert quiet["indicators"]["incidents"]["value"] is None
    assert quiet["measures"]["events"] == {"precise": 0, "spread": 0}


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"{TILE}?datetime=banana", 400, "banana"),
        (f"{TILE}?datetime=%00", 400, "date"),
        (f"{TILE}?category=arson", 400, "There are: abduction, battle"),
        (f"{TILE}?cols=incidents,secrets", 400, "secrets"),
        (f"{TILE}?cols=", 400, "cols"),
        (f"{TILE}?date=2024", 400, "date"),
        ("/legend/mission/incidents.json?zoom=nan", 400, "zoom"),
        ("/legend/mission/incidents.json?zoom=99", 400, "zoom"),
        ("/styles/mission/rainfall.json", 404, "rainfall"),
        ("/tiles/nowhere/0/0/0.mvt", 404, "nowhere"),
        ("/tiles/mission/a/0/0.mvt", 404, "z"),
        ("/layers/mission/cells/zebra", 400, "zebra"),
        ("/layers/mission/cells/8f6b888bfffffff", 400, "not an H3 cell"),
        ("/layers/mission'--/", 404, ""),
        ("/nothing/here", 404, "Not Found"),
    ],
)
def test_mistakes_are_named_and_never_cached(client: TestClient, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    body = answer.json()
    assert set(body) == {"code", "description"}
    assert said in body["description"]
    assert not any(word in answer.text for word in ("select ", "Traceback", "/schemas/", "psycopg"))


def test_the_landing_page_is_for_people_and_programs(client: TestClient) -> None:
    assert {link["rel"] for link in client.get("/").json()["links"]} >= {"self", "layers", "service-desc", "map"}
    page = client.get("/", headers={"accept": "text/html"})
    assert "Test mission" in page.text
    assert "Synthetic data" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_health_asks_nothing(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
