"""One number: what a cell has in a window is the same in every format, in tiles, zones, and in the database itself."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas
import h3.api.basic_int as h3
import mapbox_vector_tile
import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from psycopg import sql

from hexwatch_schemas.store import CLEARED, READER, as_role
from hexwatch_schemas.words import Audience

from .conftest import BASE_RESOLUTION, EAST

SPREAD = h3.int_to_str(h3.grid_ring(EAST, 5)[0])  # its numbers are shares of a report
PRECISE = h3.int_to_str(h3.grid_ring(EAST, 2)[0])


def _tile(client: TestClient, cell: str) -> Mapping[str, Any]:
    """Of the one tile of the world at the base resolution."""
    tile = mapbox_vector_tile.decode(client.get(f"/tiles/mission/5/17/15.mvt?resolution={BASE_RESOLUTION}").content)
    (found,) = [f["properties"] for f in tile["mission"]["features"] if f["properties"]["h3"] == cell]
    return found


def _zone(client: TestClient, cell: str) -> Mapping[str, Any]:
    values = client.get(f"/collections/mission/dggs/H3/zones/{cell}/data").json()["values"]
    return {name: found[0]["data"][0] for name, found in values.items()}


def _file(client: TestClient, cell: str, name: str, folder: Path) -> Mapping[str, Any]:
    content = client.get(f"/collections/mission/items?f={name}&h3={cell}").content
    place = folder / f"one.{name}"
    place.write_bytes(content)
    match name:
        case "csv":
            table = pd.read_csv(io.BytesIO(content))
        case "arrow":
            table = pa.ipc.open_stream(content).read_pandas()
        case "parquet":
            table = geopandas.read_parquet(place)
        case _:
            table = geopandas.read_file(place)
    (row,) = table.to_dict("records")
    return row


@pytest.mark.parametrize("cell", [PRECISE, SPREAD])
def test_a_number_is_the_same_wherever_it_is_read(
    client: TestClient, module_dsn: str, cell: str, tmp_path: Path
) -> None:
    item = client.get(f"/collections/mission/items/{cell}").json()["properties"]
    wanted = {name: item[name] for name in ("incidents", "incidents_precise", "deaths", "deaths_precise")}
    ways = {
        "tile": _tile(client, cell),
        "cell": {i: n["value"] for i, n in client.get(f"/layers/mission/cells/{cell}").json()["indicators"].items()},
        "dggs": _zone(client, cell),
        "geojson": client.get(f"/collections/mission/items?h3={cell}").json()["features"][0]["properties"],
        **{name: _file(client, cell, name, tmp_path) for name in ("csv", "parquet", "fgb", "gpkg", "arrow")},
    }
    with psycopg.connect(as_role(module_dsn, READER)) as conn:
        asked = "select events, events_precise, deaths, deaths_precise from layers.mission where h3 = %s"
        ways["postgis"] = dict(zip(wanted, conn.execute(asked, (cell,)).fetchone() or (), strict=True))
    assert {way: {name: found[name] for name in wanted} for way, found in ways.items()} == dict.fromkeys(ways, wanted)
    assert wanted["incidents"] > 0


def test_the_database_shows_whom_the_service_shows(client: TestClient, module_dsn: str) -> None:
    features = client.get("/collections/mission/items?limit=10000").json()["features"]
    with psycopg.connect(as_role(module_dsn, READER)) as conn:
        there = conn.execute("select h3 from layers.mission where not st_isempty(geom)").fetchall()
        assert {cell for (cell,) in there} == {feature["id"] for feature in features}
    with psycopg.connect(module_dsn) as conn:
        conn.execute("update catalog.layer set audience = 'restricted'")
        conn.execute(sql.SQL("set local role {}").format(sql.Identifier(CLEARED[Audience.PUBLIC])))
        assert conn.execute("select * from layers.mission").fetchall() == []
        conn.rollback()
