"""Single records as collections: nothing is lost, nothing is more exact than it is known, few statements answer."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import geopandas
import psycopg
import pytest
import shapely
from fastapi.testclient import TestClient
from psycopg import sql

from fixtures.pings import TrackLoads, ping
from fixtures.reports import Loads, report
from fixtures.service import BASE, Serve
from hexwatch_etl.areas import AreaRequest, load_areas
from hexwatch_schemas.words import Precision
from hexwatch_service.app import LISTENER
from hexwatch_service.front import Front
from hexwatch_service.ogc.formats import registry

ROUGH = [p for p in Precision if p is not Precision.EXACT]
EXACT = [report(f"x{i:02}", longitude=18 + i / 7, latitude=5 + i / 9, deaths=i) for i in range(15)]
SPANNING = report("span", day_from="2024-01-30", day_to="2024-02-03", deaths="", category="abduction")
REPORTS = [*(report(f"rough/{p}", precision=p) for p in ROUGH), *EXACT, SPANNING]
SQUARE = shapely.box(18, 4, 19, 5)


@pytest.fixture
def client(dsn: str, load_reports: Loads, load_pings: TrackLoads, serve: Serve, tmp_path: Path) -> Iterator[TestClient]:
    """A mission's reports, two days of a patrol and a zone, served."""
    load_reports(dsn, REPORTS, title="Mission", attribution="Nobody & co")
    walk = [ping("a", f"2024-01-0{day}T06:{at}0:00Z", 18 + day / 10 + at / 1000) for day in (1, 2) for at in range(4)]
    load_pings(dsn, walk)
    zones = geopandas.GeoDataFrame({"code": ["Z"], "name": ["Zone"]}, geometry=[SQUARE], crs=4326)
    zones.to_file(tmp_path / "zones.gpkg")
    with psycopg.connect(dsn, autocommit=True) as conn:
        load_areas(conn, AreaRequest("zones", tmp_path / "zones.gpkg", "zone", key="code", name="name"))
    with serve(dsn) as running:
        yield running


def items(client: TestClient, collection: str = "mission_events", **said: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/collections/{collection}/items", params={"limit": 1000, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()["features"]


def keys(found: list[dict[str, Any]]) -> set[str]:
    return {feature["id"] for feature in found}


def test_every_report_is_listed_and_only_exact_ones_are_points(client: TestClient) -> None:
    found = items(client)
    assert keys(found) == {said["id"] for said in REPORTS}
    for feature in found:
        exact = feature["properties"]["precision"] == "exact"
        assert (feature["geometry"] is not None) == exact == (feature["properties"]["placement"] == "precise")
    assert [f["geometry"] is None for f in found] == sorted(f["geometry"] is None for f in found), (
        "clients look at the first"
    )
    assert all(type(f["properties"]["deaths"]) in (float, type(None)) for f in found)


def test_pages_neither_lose_nor_repeat(client: TestClient) -> None:
    url, seen = "/collections/mission_events/items?limit=4&sortby=category", []
    while url:
        page = client.get(url.removeprefix(BASE)).json()
        assert page["numberMatched"] == len(REPORTS)
        seen += [feature["id"] for feature in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert sorted(seen) == sorted(said["id"] for said in REPORTS)


def test_choices(client: TestClient) -> None:
    assert keys(items(client, datetime="2024-02-02")) == {"span"}
    assert keys(items(client, filter="deaths > 12 AND placement = 'precise'")) == {"x13", "x14"}
    assert keys(items(client, filter="deaths IS NULL")) == keys(items(client, category="abduction")) == {"span"}
    assert keys(items(client, bbox="18.1,5.1,18.3,5.3")) == {"x01", "x02"}
    assert keys(items(client, filter="S_INTERSECTS(geometry, BBOX(18.1, 5.1, 18.3, 5.3))")) == {"x01", "x02"}
    assert keys(items(client, filter="T_AFTER(day, DATE('2024-01-20'))")) == keys(items(client, day="2024-01-30"))
    assert [f["id"] for f in items(client, sortby="-deaths", limit=2)] == ["x14", "x13"]


@pytest.mark.parametrize(
    "said",
    [
        "nothing=1",
        "resolution=3",
        "filter=nothing=1",
        "sortby=nothing",
        "deaths=x",
        "limit=0",
        "bbox=1",
        "filter=2^9999%3E1",
        "filter=deaths='x'",
    ],
)
def test_mistakes_are_named(client: TestClient, said: str) -> None:
    answer = client.get(f"/collections/mission_events/items?{said}")
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "description"}


def test_one_record_by_its_name(client: TestClient) -> None:
    for collection in ("mission_events", "patrols_tracks", "zones_areas"):
        first = items(client, collection)[0]
        (own,) = [
            link["href"]
            for link in client.get(f"/collections/{collection}/items/{first['id']}").json()["links"]
            if link["rel"] == "self"
        ]
        again = client.get(own.removeprefix(BASE)).json()
        assert (again["id"], again["properties"], again["geometry"]) == (
            first["id"],
            first["properties"],
            first["geometry"],
        )
        assert client.get(f"/collections/{collection}/items/nothing").status_code == 404


def test_tracks_are_lines_by_day(client: TestClient) -> None:
    first, second = items(client, "patrols_tracks")
    assert (first["id"], second["id"]) == ("a.2024-01-01", "a.2024-01-02")
    assert first["geometry"]["type"] == "MultiLineString"
    assert first["properties"]["kilometres"] == pytest.approx(0.333, abs=0.001)
    assert first["properties"]["hours"] == 0.5
    assert keys(items(client, "patrols_tracks", datetime="2024-01-02/..")) == {"a.2024-01-02"}


def test_areas_keep_their_outline(client: TestClient) -> None:
    (zone,) = items(client, "zones_areas", crs="http://www.opengis.net/def/crs/EPSG/0/4326")
    assert shapely.geometry.shape(zone["geometry"]).bounds == (4, 18, 5, 19), "latitude first"
    assert zone["properties"] == {"key": "Z", "name": "Zone", "level": "zone", "country": None}


@pytest.mark.parametrize("collection", ["mission_events", "patrols_tracks", "zones_areas"])
def test_every_format_has_every_record(client: TestClient, collection: str, tmp_path: Path) -> None:
    expected = {feature["properties"]["key"] for feature in items(client, collection)}
    for name, written in registry().items():
        answer = client.get(f"/collections/{collection}/items?f={name}")
        assert answer.status_code == 200, (name, answer.text)
        assert answer.headers["ogc-numbermatched"] == str(len(items(client, collection)))
        place = tmp_path / f"{collection}.{written.ending}"
        place.write_bytes(answer.content)
        if name in ("gpkg", "fgb", "parquet"):
            found = geopandas.read_parquet(place) if name == "parquet" else geopandas.read_file(place)
            assert set(cast("Any", found["key"])) == expected
        if name == "csv":
            assert {row["key"] for row in csv.DictReader(io.StringIO(answer.text))} == expected


def test_corrections_are_followed(client: TestClient, dsn: str, load_reports: Loads) -> None:
    front = cast("Front", client.app)
    load_reports(dsn, [report("x00", revision=2, deaths=99)])
    assert client.portal
    client.portal.call(front.api.state.hexwatch.refresh)
    assert len(items(client)) == len(REPORTS)
    assert keys(items(client, filter="deaths = 99")) == {"x00"}


@pytest.mark.parametrize("column", ["audience", "records_audience"])
def test_records_of_a_narrower_audience_do_not_exist(dsn: str, load_reports: Loads, serve: Serve, column: str) -> None:
    load_reports(dsn, REPORTS)
    with psycopg.connect(dsn) as conn:
        update = sql.SQL("update catalog.dataset set {} = 'restricted'")
        conn.execute(update.format(sql.Identifier(column)))
    with serve(dsn) as client:
        assert client.get("/collections/mission_events/items").status_code == 404
        assert "mission_events" not in client.get("/collections").text


def test_how_many_statements_answer(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    database, asked = cast("Front", client.app).api.state.hexwatch.database, []
    fetch = database.fetch

    async def counted(statement: Any, params: Any) -> Any:
        if cast("asyncio.Task[Any]", asyncio.current_task()).get_name() != LISTENER:
            asked.append(statement)
        return await fetch(statement, params)

    monkeypatch.setattr(database, "fetch", counted)
    first = "/collections/mission_events/items?limit=4"
    tag = client.get(first).headers["etag"]
    expected = {
        "/collections": 0, "/collections/mission_events": 0, "/collections/mission/items": 0, "/api": 0,
        f"{first}&offset=4": 1,  # counted once for all pages
        first: 1, f"{first}&datetime=2024": 2, "/collections/mission_events/items?f=gpkg": 1,
        "/collections/mission_events/items/x01": 1,
    }  # fmt: skip
    assert {url: _cost(asked, lambda url=url: client.get(url)) for url in expected} == expected
    assert _cost(asked, lambda: client.get(first, headers={"if-none-match": tag})) == 0


def _cost(asked: list[Any], do: Any) -> int:
    before = len(asked)
    assert do().status_code in (200, 304)
    return len(asked) - before


def test_a_head_writes_no_file(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexwatch_service.ogc.writing.tempfile", None)
    for collection in ("mission", "mission_events"):
        answer = client.head(f"/collections/{collection}/items?f=gpkg")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/geopackage+sqlite3"
