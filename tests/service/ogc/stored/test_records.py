"""Single records as collections: nothing is lost, nothing is more exact than it is known, few statements answer."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import Any, cast

import geopandas
import psycopg
import pytest
import shapely
from fastapi.testclient import TestClient
from psycopg import sql

from fixtures.reports import Loads, report
from fixtures.service import BASE, Serve
from hexwatch_service.app import LISTENER
from hexwatch_service.front import Front
from hexwatch_service.ogc.formats import registry

from .conftest import REPORTS, items, keys


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
        "place=%00",
        "resolution=3",
        "filter=nothing=1",
        "sortby=nothing",
        "deaths=x",
        "deaths=nan",
        "revision=0.5",
        "day=x",
        "limit=0",
        "filter-lang=",
        "bbox=1",
        "filter=2^9999%3E1",
        "filter=deaths='x'",
    ],
)
def test_mistakes_are_named(client: TestClient, said: str) -> None:
    answer = client.get(f"/collections/mission_events/items?{said}")
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "description"}


@pytest.mark.parametrize("said", ["nothing=1", "category=battle", "limit=1", "datetime=x"])
def test_one_record_has_no_choice(client: TestClient, said: str) -> None:
    assert client.get(f"/collections/mission_events/items/x01?{said}").status_code == 400


@pytest.mark.parametrize(("days", "status"), [("2024", 200), ("../2024-02", 200), ("2023", 404), ("2025/..", 404)])
def test_one_record_touches_the_days_asked_for_or_is_not_there(client: TestClient, days: str, status: int) -> None:
    assert client.get("/collections/mission_events/items/x01", params={"datetime": days}).status_code == status


def test_a_limit_above_the_maximum_is_capped(client: TestClient) -> None:
    assert len(items(client, limit=10**30)) == len(REPORTS)


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


def test_json_fg_has_the_days_of_each_record(client: TestClient) -> None:
    found = items(client, f="jsonfg", properties="key")
    times = {f["id"]: f["time"]["interval"] for f in found}
    assert times["span"] == ["2024-01-30", "2024-02-03"]
    assert times["x01"] == ["2024-01-15", "2024-01-15"]
    assert [f["time"] for f in items(client, "zones_areas", f="jsonfg")] == [None]


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


def test_corrections_are_followed(dsn: str, load_reports: Loads, serve: Serve) -> None:
    load_reports(dsn, REPORTS)
    tile = "/tiles/mission_events/0/0/0.mvt"
    with serve(dsn) as client:
        held = {"if-none-match": client.get(tile).headers["etag"]}
        assert client.get(tile, headers=held).status_code == 304
        load_reports(dsn, [report("x00", revision=2, deaths=99)])
        assert client.portal
        client.portal.call(cast("Front", client.app).api.state.hexwatch.refresh)
        assert len(items(client)) == len(REPORTS)
        assert keys(items(client, filter="deaths = 99")) == {"x00"}
        assert client.get(tile, headers=held).status_code == 200


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
    database, asked = cast("Front", client.app).api.state.hexwatch.records, []
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
