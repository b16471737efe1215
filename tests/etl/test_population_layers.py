"""Incidents per 100,000: reports over the people of a raster, the same in every format."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
from fastapi.testclient import TestClient
from rasterio.transform import from_origin

from fixtures.rasters import write_tiff
from fixtures.reports import Loads, report
from fixtures.service import Serve
from hexwatch_etl.layers import Chosen, Composed, LayerRequest, compose
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_etl.rasters.said import Meaning, Said
from hexwatch_schemas.analysis.rates import empirical_bayes
from hexwatch_schemas.errors import UsageError

INSIDE, NOBODY, OUTSIDE = (18.5, 4.4), (18.61, 4.4), (20.0, 4.4)
RATES = ("incident_rate", "incident_rate_smoothed")


def cell(place: tuple[float, float]) -> str:
    return f"{h3.latlng_to_cell(place[1], place[0], 6):x}"


def people(dsn: str, folder: Path, number: float) -> None:
    """A raster of people around Bangui whose east is empty."""
    values = np.full((1, 90, 120), number, "float32")
    values[0, :, 80:] = 0
    file = write_tiff(folder / "people.tif", values, transform=from_origin(18.4, 4.5, 0.002, 0.002))
    said = Said(Meaning.COUNT, klass="population", captured="2020")
    with psycopg.connect(dsn, autocommit=True) as conn:
        load_rasters(conn, RasterRequest("people", (file,), folder / "rasters", said=said))


def declared(dsn: str, **said: object) -> Composed:
    usual = {"layer": "rates", "shown": "incidents", "population": "people"}
    with psycopg.connect(dsn, autocommit=True) as conn:
        return compose(conn, LayerRequest(**{**usual, **said}))  # pyright: ignore[reportArgumentType]


@pytest.fixture
def client(dsn: str, tmp_path: Path, load_reports: Loads, serve: Serve) -> Iterator[TestClient]:
    places = [INSIDE, INSIDE, (18.45, 4.45), NOBODY, OUTSIDE]
    reports = [report(str(n), longitude=x, latitude=y) for n, (x, y) in enumerate(places)]
    load_reports(dsn, reports, dataset="incidents", resolution=6)
    people(dsn, tmp_path, 3)
    assert set(RATES) <= set(declared(dsn).indicators)
    with serve(dsn) as found:
        yield found


def rows(client: TestClient) -> dict[str, dict[str, str]]:
    text = client.get("/collections/rates/items?f=csv&limit=1000&resolution=6").text
    return {row["h3"]: row for row in csv.DictReader(io.StringIO(text))}


def living(client: TestClient) -> dict[str, float]:
    text = client.get("/collections/people/items?f=csv&limit=1000&resolution=6").text
    return {row["h3"]: float(row["population"]) for row in csv.DictReader(io.StringIO(text))}


def test_incidents_per_100_000_are_those_of_the_people_of_the_cell(client: TestClient) -> None:
    found, lives = rows(client), living(client)
    assert float(found[cell(INSIDE)]["incident_rate"]) == pytest.approx(2 / lives[cell(INSIDE)] * 1e5, rel=1e-6)
    shared = [c for c in found if lives.get(c, 0) > 0]
    assert len(shared) > 10  # also where nothing was reported: people live there
    expected = empirical_bayes([float(found[c]["incidents"]) for c in shared], [lives[c] for c in shared])
    np.testing.assert_allclose([float(found[c]["incident_rate_smoothed"]) for c in shared], expected, rtol=1e-6)


def test_nobody_or_unknown_is_not_a_rate_of_zero(client: TestClient) -> None:
    found = rows(client)
    for place in (NOBODY, OUTSIDE):
        assert float(found[cell(place)]["incidents"]) == 1
        assert [found[cell(place)][rate] for rate in RATES] == ["", ""]
    quiet = next(row for row in found.values() if row["incidents"] == "0.0")
    assert float(quiet["incident_rate"]) == 0 < float(quiet["incident_rate_smoothed"])


def test_rates_are_in_tiles_features_style_and_legend(client: TestClient) -> None:
    value = float(rows(client)[cell(INSIDE)]["incident_rate"])
    (feature,) = client.get(f"/collections/rates/items?resolution=6&h3={cell(INSIDE)}").json()["features"]
    assert feature["properties"]["incident_rate"] == value
    tile = mapbox_vector_tile.decode(client.get("/tiles/rates/8/141/124.mvt?resolution=6").content)["rates"]["features"]
    by_cell = {f["properties"]["h3"]: f["properties"] for f in tile}
    assert by_cell[cell(INSIDE)]["incident_rate"] == value
    assert not set(RATES) & by_cell[cell(NOBODY)].keys()
    legend = client.get("/legend/rates/incident_rate.json?zoom=9").json()
    assert legend["classes"][-1]["max"] >= value
    assert "incident_rate" in client.get("/styles/rates/incident_rate.json").text


def test_a_load_of_people_is_a_release_of_the_layer(client: TestClient, dsn: str, tmp_path: Path, serve: Serve) -> None:
    before, about = rows(client), client.get("/layers/rates").json()
    people(dsn, tmp_path, 6)
    with serve(dsn) as again:
        after, now = rows(again), again.get("/layers/rates").json()
    assert now["release"] == about["release"] + 1
    assert now["bounds"] == about["bounds"]
    one, two = (float(r[cell(INSIDE)]["incident_rate"]) for r in (before, after))
    assert two == pytest.approx(one / 2, rel=1e-6)


def test_what_does_not_fit_is_refused(client: TestClient, dsn: str) -> None:
    del client
    with pytest.raises(UsageError, match="no population"):
        declared(dsn, population="incidents")
    with pytest.raises(UsageError, match="--effort"):
        declared(dsn, population=None)
    with pytest.raises(UsageError, match="--effort"):
        declared(dsn, required=Chosen("zones"))
