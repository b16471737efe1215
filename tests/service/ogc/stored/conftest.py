"""A mission's reports, two days of a patrol and a zone, served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import psycopg
import pytest
import shapely
from fastapi.testclient import TestClient

from fixtures import pings, reports
from fixtures.pings import ping
from fixtures.reports import report
from fixtures.service import Serve
from hexwatch_etl.areas import AreaRequest, load_areas
from hexwatch_schemas.words import Precision

ROUGH = [p for p in Precision if p is not Precision.EXACT]
EXACT = [report(f"x{i:02}", longitude=18 + i / 7, latitude=5 + i / 9, deaths=i) for i in range(15)]
SPANNING = report("span", day_from="2024-01-30", day_to="2024-02-03", deaths="", category="abduction")
REPORTS = [*(report(f"rough/{p}", precision=p) for p in ROUGH), *EXACT, SPANNING]
SQUARE = shapely.box(18, 4, 19, 5)


@pytest.fixture(scope="module")
def client(module_dsn: str, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over them."""
    folder = tmp_path_factory.mktemp("mission")
    reports.load_from(folder, module_dsn, REPORTS, title="Mission", attribution="Nobody & co")
    walk = [ping("a", f"2024-01-0{day}T06:{at}0:00Z", 18 + day / 10 + at / 1000) for day in (1, 2) for at in range(4)]
    pings.load_from(folder, module_dsn, walk)
    zones = geopandas.GeoDataFrame({"code": ["Z"], "name": ["Zone"]}, geometry=[SQUARE], crs=4326)
    load_zones(module_dsn, zones, folder)
    with serve(module_dsn) as running:
        yield running


def load_zones(dsn: str, zones: geopandas.GeoDataFrame, folder: Path) -> None:
    """Load areas of a code and a name."""
    zones.to_file(folder / "zones.gpkg")
    with psycopg.connect(dsn, autocommit=True) as conn:
        load_areas(conn, AreaRequest("zones", folder / "zones.gpkg", "zone", key="code", name="name"))


def items(client: TestClient, collection: str = "mission_events", **said: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/collections/{collection}/items", params={"limit": 1000, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()["features"]


def keys(found: list[dict[str, Any]]) -> set[str]:
    return {feature["id"] for feature in found}
