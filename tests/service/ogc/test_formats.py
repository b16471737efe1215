"""Every format has the same numbers of the same hexagons, and says of which release and from whom."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas
import h3.api.basic_int as h3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient

from hexwatch_service.ogc.formats import registry
from hexwatch_service.ogc.formats.csv import _harmless

from .conftest import EAST, SEAM

ITEMS = "/collections/mission/items"
Rows = Mapping[str, Mapping[str, Any]]


def _frame(table: Any) -> Rows:
    plain = table.replace({np.nan: None}).set_index("h3", drop=False)
    return plain.drop(columns="geometry", errors="ignore").to_dict("index")


def _csv(content: bytes, _: Path) -> Rows:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    return {r["h3"]: {k: v if k == "h3" else float(v) if v else None for k, v in list(r.items())[:-3]} for r in rows}


def _jsonseq(content: bytes, _: Path) -> Rows:
    return {f["id"]: f["properties"] for f in map(json.loads, content.decode().split("\x1e")[1:])}


def _file(content: bytes, place: Path) -> Rows:
    place.write_bytes(content)
    return _frame(geopandas.read_parquet(place) if place.suffix == ".parquet" else geopandas.read_file(place))


READERS: dict[str, Callable[[bytes, Path], Rows]] = {
    "json": lambda content, _: {f["id"]: f["properties"] for f in json.loads(content)["features"]},
    "jsonfg": lambda content, _: {f["id"]: f["properties"] for f in json.loads(content)["features"]},
    "jsonseq": _jsonseq,
    "csv": _csv,
    "parquet": _file,
    "gpkg": _file,
    "fgb": _file,
    "arrow": lambda content, _: _frame(pa.ipc.open_stream(content).read_pandas()),
}


def test_every_format_is_read_here() -> None:
    assert set(READERS) | {"html"} == set(registry())


@pytest.fixture(scope="module")
def expected(client: TestClient) -> Rows:
    features = client.get(ITEMS, params={"limit": 10_000}).json()["features"]
    return {f["id"]: f["properties"] for f in features}


@pytest.mark.parametrize("name", READERS)
def test_the_numbers_are_the_same_in_every_format(
    client: TestClient, expected: Rows, name: str, tmp_path: Path
) -> None:
    answer = client.get(ITEMS, params={"f": name} | ({"limit": 10_000} if name == "json" else {}))
    found = READERS[name](answer.content, tmp_path / f"features.{registry()[name].ending}")
    assert {cell: dict(row) for cell, row in found.items()} == expected
    assert answer.headers["ogc-numbermatched"] == str(len(expected))


@pytest.mark.parametrize("name", READERS)
def test_a_page_of_every_format(client: TestClient, expected: Rows, name: str, tmp_path: Path) -> None:
    answer = client.get(f"{ITEMS}?f={name}&limit=30&sortby=-deaths&properties=h3,deaths")
    first = READERS[name](answer.content, tmp_path / f"features.{registry()[name].ending}")
    assert answer.headers["ogc-numberreturned"] == "30"
    assert 'rel="next"' in answer.headers["link"]
    deaths = sorted((row["deaths"] for row in expected.values()), reverse=True)
    assert sorted((row["deaths"] for row in first.values()), reverse=True) == deaths[:30]


@pytest.mark.parametrize("name", ["parquet", "gpkg", "fgb"])
@pytest.mark.parametrize("epsg", [4326, 3857])
def test_outlines_stand_where_the_file_says(client: TestClient, name: str, epsg: int, tmp_path: Path) -> None:
    crs = f"http://www.opengis.net/def/crs/EPSG/0/{epsg}"
    place = tmp_path / f"features.{name}"
    place.write_bytes(client.get(ITEMS, params={"f": name, "crs": crs}).content)
    found = geopandas.read_parquet(place) if name == "parquet" else geopandas.read_file(place)
    assert set(found.geom_type) == {"MultiPolygon"}, "one is cut by the antimeridian"
    middle = found.set_index("h3").loc[[h3.int_to_str(EAST)]].to_crs(4326).geometry.iloc[0].centroid
    latitude, longitude = h3.cell_to_latlng(EAST)
    assert (middle.x, middle.y) == pytest.approx((longitude, latitude), abs=1e-3)
    assert shapely.is_valid(found.geometry.to_numpy()).all()


@pytest.mark.parametrize("name", registry())
def test_every_format_names_release_and_attribution(client: TestClient, name: str, tmp_path: Path) -> None:
    content = client.get(ITEMS, params={"f": name}).content
    said = content.decode("utf-8", "replace")
    if name == "parquet":
        (tmp_path / "a").write_bytes(content)
        said = str(pq.read_metadata(tmp_path / "a").metadata)
    if name == "gpkg":
        (tmp_path / "a.gpkg").write_bytes(content)
        said = json.dumps(pyogrio.read_info(tmp_path / "a.gpkg")["layer_metadata"])
    assert "release" in said.lower()
    assert "Nobody &amp; co" in said if name == "html" else "Nobody & co" in said


def test_files_are_named_and_validated(client: TestClient) -> None:
    answer = client.get(ITEMS, params={"f": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="mission.csv"'
    again = client.get(ITEMS, params={"f": "csv"}, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", READERS)
def test_nothing_is_a_file_too(client: TestClient, name: str, tmp_path: Path) -> None:
    answer = client.get(ITEMS, params={"f": name, "datetime": "1999"})
    assert answer.status_code == 200
    assert READERS[name](answer.content, tmp_path / f"features.{registry()[name].ending}") == {}


def test_one_hexagon_alone_is_a_polygon(client: TestClient, tmp_path: Path) -> None:
    for cell, kind in ((EAST, "Polygon"), (SEAM, "MultiPolygon")):
        (tmp_path / "a.fgb").write_bytes(client.get(ITEMS, params={"f": "fgb", "h3": h3.int_to_str(cell)}).content)
        assert pyogrio.read_info(tmp_path / "a.fgb")["geometry_type"] == kind


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_spreadsheets_run_nothing(text: str) -> None:
    assert _harmless(text) == f"'{text}"
    assert _harmless(-1.0) == -1.0


def test_the_service_starts_without_gdal() -> None:
    asked = "import sys, hexwatch_service.app; print('pyogrio' in sys.modules, 'geopandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_json_fg_knows_place_and_time(client: TestClient) -> None:
    web_mercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
    plain = client.get(f"{ITEMS}?datetime=2024-01").json()["features"]
    said = client.get(f"{ITEMS}?f=jsonfg&datetime=2024-01").json()
    assert [f["geometry"] for f in said["features"]] == [f["geometry"] for f in plain]
    assert (said["featureType"], said["coordRefSys"][-5:]) == ("mission", "CRS84")
    assert all(f["place"] is None and f["time"] == {"interval": ["2024-01-01", "2024-01-31"]} for f in said["features"])
    placed = client.get(f"{ITEMS}?f=jsonfg&crs={web_mercator}").json()
    other = client.get(f"{ITEMS}?crs={web_mercator}").json()["features"]
    assert placed["coordRefSys"] == web_mercator
    assert [(f["geometry"], f["place"]) for f in placed["features"]] == [(None, f["geometry"]) for f in other]
