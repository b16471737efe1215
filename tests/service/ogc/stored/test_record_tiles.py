"""Tiles of single records: those that have a place there, simplified to what shows, no more than a tile can hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
import shapely.affinity
from fastapi.testclient import TestClient

from fixtures.service import BASE, Serve
from hexwatch_schemas.hexgrid import HALF_WORLD, mercator
from hexwatch_schemas.tiles import EXTENT, Tile
from hexwatch_service.ogc.stored import tiles

from .conftest import items, load_zones

COLLECTIONS = {"mission_events": "Point", "patrols_tracks": "LineString", "zones_areas": "Polygon"}
BLOB = shapely.Point(20, 5).buffer(2, quad_segs=20_000)  # its outline has 80,000 vertices
WIDE = shapely.box(-180, -90, 180, 60)


def drawn(client: TestClient, collection: str, z: int, x: int, y: int, **said: Any) -> list[dict[str, Any]]:
    """The features of a tile."""
    answer = client.get(f"/tiles/{collection}/{z}/{x}/{y}.pbf", params=said)
    if answer.status_code == 204:
        return []
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.mapbox-vector-tile")
    (layer,) = (found := mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True}))
    assert layer == collection
    return found[layer]["features"]


def holding(z: int, longitude: float, latitude: float) -> Tile:
    """The tile of a position."""
    x, y = mercator(np.array([[longitude, latitude]]))[0].tolist()
    size = Tile(z, 0, 0).size
    return Tile(z, int((x + HALF_WORLD) / size), int((HALF_WORLD - y) / size))


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_tile_has_every_record_with_a_place_and_what_items_say_of_it(client: TestClient, collection: str) -> None:
    placed = [f["properties"] for f in items(client, collection) if f["geometry"]]
    found = drawn(client, collection, 5, 17, 15)
    expected = [{k: v for k, v in said.items() if v is not None} for said in placed]
    assert sorted((f["properties"] for f in found), key=lambda said: (said["key"], said.get("day"))) == expected
    assert {f["geometry"]["type"] for f in found} == {COLLECTIONS[collection]}
    fields = client.get(f"/tiles/{collection}/tilejson.json").json()["vector_layers"][0]["fields"]
    kinds = {"String": str, "Number": (int, float), "Boolean": bool}
    assert all(isinstance(value, kinds[fields[name]]) for f in found for name, value in f["properties"].items())
    assert fields.keys() == items(client, collection)[0]["properties"].keys()


def test_points_are_where_they_are(client: TestClient) -> None:
    for feature in (f for f in items(client) if f["geometry"]):
        tile = holding(14, *feature["geometry"]["coordinates"])
        west, _, _, north = tile.bounds()
        there = [
            f for f in drawn(client, "mission_events", 14, tile.x, tile.y) if f["properties"]["key"] == feature["id"]
        ]
        across, down = np.array(there[0]["geometry"]["coordinates"]) * tile.size / EXTENT
        assert np.allclose(
            mercator(np.array([feature["geometry"]["coordinates"]]))[0],
            (west + across, north - down),
            atol=tile.size / EXTENT,
        )


def test_choices_are_those_of_items(client: TestClient) -> None:
    for said in (
        {"category": "battle"},
        {"datetime": "2024-01-15"},
        {"datetime": "2024-02-01", "category": "abduction"},
    ):
        expected = {f["id"] for f in items(client, **said) if f["geometry"]}
        assert {f["properties"]["key"] for f in drawn(client, "mission_events", 0, 0, 0, **said)} == expected != set()
    (first, *_) = drawn(client, "mission_events", 0, 0, 0, cols="deaths,h3")
    assert first["properties"].keys() == {"h3", "deaths"}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("mission_events/0/0/0.pbf?resolution=3", 400), ("patrols_tracks/0/0/0.pbf?category=foot", 400),
        ("mission_events/0/0/0.pbf?cols=nothing", 400), ("mission_events/0/0/0.pbf?datetime=nothing", 400),
        ("patrols_tracks/tilejson.json?category=foot", 400), ("mission_events/15/0/0.pbf", 404),
        ("mission_events/2/4/0.pbf", 404), ("mission_events/r1/0/0/0.pbf", 404), ("mission_events/9/0/0.pbf", 204),
    ],
)  # fmt: skip
def test_mistakes_and_empty_places(client: TestClient, address: str, status: int) -> None:
    assert client.get(f"/tiles/{address}").status_code == status


def test_42_a_full_tile_says_so_and_takes_a_sample_that_stays_when_zooming_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = client.get("/tiles/mission_events/tilejson.json").json()["vector_layers"][0]["description"]
    assert "10,000 records" in said
    monkeypatch.setattr(tiles, "MOST", 4)
    whole = {f["properties"]["key"] for f in drawn(client, "mission_events", 0, 0, 0)}
    assert len(whole) == 4
    points = {f["id"]: f["geometry"]["coordinates"] for f in items(client) if f["geometry"]}
    for key in whole:
        tile = holding(7, *points[key])
        assert key in {f["properties"]["key"] for f in drawn(client, "mission_events", 7, tile.x, tile.y)}


@pytest.fixture
def outlines(dsn: str, serve: Serve, tmp_path: Path) -> Iterator[TestClient]:
    """A very detailed outline, and one that reaches the pole and the antimeridian."""
    names = ["blob", "wide"]
    load_zones(dsn, geopandas.GeoDataFrame({"code": names, "name": names}, geometry=[BLOB, WIDE], crs=4326), tmp_path)
    with serve(dsn) as running:
        yield running


def test_outlines_are_simplified_to_what_shows(outlines: TestClient) -> None:
    shapes = {
        f["properties"]["key"]: shapely.geometry.shape(f["geometry"]) for f in drawn(outlines, "zones_areas", 0, 0, 0)
    }
    assert shapely.get_num_coordinates(shapes["blob"]) < 100
    assert shapes["wide"].bounds[::2] == (0, EXTENT), "to both ends of the world"
    assert shapes["wide"].bounds[3] >= EXTENT, "to the world's foot"
    for z in (4, 10):
        tile = holding(z, 20, 7)  # its northern edge
        west, _, _, north = tile.bounds()
        (found,) = [f for f in drawn(outlines, "zones_areas", z, tile.x, tile.y) if f["properties"]["key"] == "blob"]
        in_tile = shapely.geometry.shape(found["geometry"])
        step = tile.size / EXTENT
        shown = shapely.affinity.affine_transform(in_tile, [step, 0, 0, -step, west, north])
        exact = shapely.clip_by_rect(shapely.transform(BLOB, mercator), *tile.bounds(tiles.BUFFER / EXTENT))
        assert shown.symmetric_difference(exact).area < 4 * exact.length * step
        assert shapely.get_num_coordinates(shown) < 2000


def test_tile_sets_lead_to_the_same_tiles(client: TestClient) -> None:
    for collection in COLLECTIONS:
        links = client.get(f"/collections/{collection}").json()["links"]
        (home,) = [link["href"] for link in links if link["rel"].endswith("/tilesets-vector")]
        (one,) = client.get(home.removeprefix(BASE)).json()["tilesets"]
        (place,) = [link["href"] for link in one["links"] if link["rel"] == "self"]
        said = client.get(place.removeprefix(BASE)).json()
        (layer,) = said["layers"]
        assert layer["propertiesSchema"]["properties"].keys() == items(client, collection)[0]["properties"].keys()
        (template,) = [link["href"] for link in said["links"] if link["rel"] == "item"]
        address = template.format(tileMatrix=0, tileRow=0, tileCol=0).removeprefix(BASE)
        assert client.get(address).content == client.get(f"/tiles/{collection}/0/0/0.mvt").content
