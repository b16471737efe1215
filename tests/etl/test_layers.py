"""Layers over several datasets: three states that are never merged, in every format, and coverage of an area."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import psycopg
import pyarrow as pa
import pytest
import shapely
from fastapi.testclient import TestClient
from rasterio.transform import from_origin

from fixtures.pings import TrackLoads, ping
from fixtures.rasters import write_tiff
from fixtures.reports import Loads, report
from fixtures.service import Serve
from hexwatch_etl.areas import AreaRequest, load_areas
from hexwatch_etl.catalogue import Description
from hexwatch_etl.layers import Chosen, Composed, LayerRequest, compose
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_etl.rasters.said import Meaning, Said
from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.windows import Step, Window
from hexwatch_schemas.words import STATES
from hexwatch_service.deterrence import whole

MIDDLE = h3.latlng_to_cell(4.0, 18.0, 7)
RINGS = [MIDDLE, *sorted(h3.grid_ring(MIDDLE, 1)), *sorted(h3.grid_ring(MIDDLE, 2))]  # 19 cells
VISITED, CLOSED, HALF_CLOSED, LOUD, REST = RINGS[:12], RINGS[12], RINGS[13], RINGS[14], RINGS[15:]
FAR = h3.latlng_to_cell(4.0, 20.0, 7)  # outside what is required


def at(cell: int) -> dict[str, float]:
    latitude, longitude = h3.cell_to_latlng(cell)
    return {"longitude": longitude, "latitude": latitude}


def fix(track: str, time: str, cell: int) -> dict[str, object]:
    where = at(cell)
    return ping(track, time, where["longitude"], where["latitude"])


def denial(key: str, cell: int, first: str, last: str) -> dict[str, object]:
    return report(key, category="abduction", day_from=first, day_to=last, **at(cell))


@pytest.fixture
def mission(dsn: str, tmp_path: Path, load_pings: TrackLoads, load_reports: Loads) -> str:
    """A week: 12 of 19 cells visited, two denied, two incidents; the layer `watched` over all of it."""
    week = [f"2024-01-{day}" for day in range(15, 22)]
    pings = [fix(f"p{n}", f"{week[n % 7]}T08:00:00Z", c) for n, c in enumerate(VISITED)]
    load_pings(dsn, pings, resolution=7)
    denials = [
        denial("a", CLOSED, week[0], week[4]),
        denial("b", CLOSED, week[3], week[6]),  # together they close the week, and overlap
        denial("c", HALF_CLOSED, week[0], week[2]),
        denial("d", VISITED[0], week[0], week[6]),
        denial("e", FAR, "2023-01-01", "2025-01-01"),
        report("f", **at(REST[0])),  # of a category that denies nothing
    ]
    load_reports(dsn, denials, dataset="access", resolution=7)
    incidents = [report("x", **at(VISITED[1])), report("y", **at(LOUD)), report("z", **at(VISITED[1]))]
    load_reports(dsn, incidents, dataset="incidents", resolution=7)
    require(dsn, tmp_path)
    declared(dsn)
    return dsn


def require(dsn: str, folder: Path) -> None:
    outline = shapely.union_all([shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(c)]) for c in RINGS])
    feature = {
        "type": "Feature",
        "properties": {"key": "A", "name": "A"},
        "geometry": shapely.geometry.mapping(outline),
    }
    (folder / "area.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with psycopg.connect(dsn, autocommit=True) as conn:
        asked = AreaRequest("zones", folder / "area.geojson", "zone", key="key", name="name", description=Description())
        load_areas(conn, asked)


def declared(dsn: str, **said: object) -> Composed:
    usual = {
        "layer": "watched", "shown": "incidents", "effort": "patrols", "required": Chosen("zones"),
        "access": Chosen("access", ("abduction",)),
    }  # fmt: skip
    with psycopg.connect(dsn, autocommit=True) as conn:
        return compose(conn, LayerRequest(**{**usual, **said}))  # pyright: ignore[reportArgumentType]


@pytest.fixture
def client(mission: str, serve: Serve) -> Iterator[TestClient]:
    with serve(mission) as found:
        yield found


WEEK = "datetime=2024-01-15/2024-01-21"


def rows(client: TestClient, query: str = WEEK, layer: str = "watched") -> dict[int, dict[str, str]]:
    text = client.get(f"/collections/{layer}/items?f=csv&limit=1000&resolution=7&{query}").text
    return {int(row["h3"], 16): row for row in csv.DictReader(io.StringIO(text))}


def test_three_states_are_never_merged(client: TestClient) -> None:
    found = {cell: row["state"] for cell, row in rows(client).items()}
    assert found == {
        **dict.fromkeys(VISITED, "visited"),
        **dict.fromkeys((HALF_CLOSED, LOUD, *REST), "not_visited"),
        **dict.fromkeys((CLOSED, FAR), "no_access"),
    }


def test_nobody_looked_is_not_nothing_happened(client: TestClient) -> None:
    found = {cell: row["incidents"] for cell, row in rows(client).items()}
    assert (found[VISITED[1]], found[VISITED[2]]) == ("2.0", "0.0")  # visited, and quiet
    assert (found[LOUD], found[HALF_CLOSED], found[CLOSED]) == ("1.0", "", "")  # heard of; not known; not known
    assert rows(client)[CLOSED]["patrol_km"] == "0.0"  # that nobody came is known


def test_days_of_denial_count_once_and_only_throughout_is_no_access(client: TestClient) -> None:
    denied = {cell: row["days_denied"] for cell, row in rows(client).items()}
    assert (denied[CLOSED], denied[HALF_CLOSED], denied[VISITED[0]], denied[REST[0]]) == ("7.0", "3.0", "7.0", "0.0")
    assert rows(client, "datetime=2024-01-15/2024-01-17")[HALF_CLOSED]["state"] == "no_access"


def test_twelve_of_nineteen_required_cells(client: TestClient) -> None:
    said = client.get(f"/layers/watched/coverage?{WEEK}").json()
    assert {k: said[k] for k in ("required", *STATES)} == {
        "required": 19, "visited": 12, "not_visited": 6, "no_access": 1,
    }  # fmt: skip
    assert said["coverage"] == pytest.approx(12 / 19)
    assert client.get("/layers/watched/coverage?datetime=2024-01-15").json()["visited"] == 2
    assert client.get("/layers/incidents/coverage").status_code == 404


def test_a_coarser_cell_has_the_share_of_its_base_cells(client: TestClient) -> None:
    text = client.get(f"/collections/watched/items?f=csv&resolution=5&{WEEK}").text
    coarse = {int(row["h3"], 16): row for row in csv.DictReader(io.StringIO(text))}
    for parent, row in coarse.items():
        below = [c for c in RINGS if h3.cell_to_parent(c, 5) == parent]
        seen = [c for c in VISITED if h3.cell_to_parent(c, 5) == parent]
        assert (float(row["coverage"]) if row["coverage"] else None) == (len(seen) / len(below) if below else None)
        assert (row["state"] == "visited") == bool(seen)
    assert coarse[h3.cell_to_parent(FAR, 5)]["state"] == "no_access"


def test_every_format_says_the_same_state(client: TestClient) -> None:
    true = {f"{cell:x}": row["state"] for cell, row in rows(client).items()}
    query = f"limit=1000&resolution=7&{WEEK}"
    features = client.get(f"/collections/watched/items?f=json&{query}").json()["features"]
    assert {f["properties"]["h3"]: f["properties"]["state"] for f in features} == true
    parent = hexgrid.to_text(h3.cell_to_parent(MIDDLE, 4))
    columns = pa.ipc.open_stream(client.get(f"/cells/watched/{parent}.arrow?resolution=7&{WEEK}").content).read_all()
    arrow = dict(zip((f"{cell:x}" for cell in columns["h3"].to_pylist()), columns["state"].to_pylist(), strict=True))
    assert arrow.items() <= true.items()
    tile = mapbox_vector_tile.decode(client.get(f"/tiles/watched/9/281/250.mvt?resolution=7&{WEEK}").content)
    drawn = {f["properties"]["h3"]: f["properties"]["state"] for f in tile["watched"]["features"]}
    assert len(drawn) > 10
    assert drawn.items() <= true.items()
    one = client.get(f"/layers/watched/cells/{CLOSED:x}?{WEEK}").json()
    assert (one["state"], one["indicators"]["incidents"]["value"]) == ("no_access", None)


def test_states_can_be_asked_for_and_left_out(client: TestClient) -> None:
    query = f"/collections/watched/items?f=json&resolution=7&{WEEK}"
    closed = client.get(f"{query}&filter=state = 'no_access'").json()["features"]
    assert {int(f["id"], 16) for f in closed} == {CLOSED, FAR}
    tile = client.get(f"/tiles/watched/9/281/250.mvt?resolution=7&cols=incidents&{WEEK}").content
    assert b"state" not in tile
    assert client.get("/collections/watched/schema").json()["properties"]["state"]["type"] == "string"


def test_style_and_legend_draw_the_states(client: TestClient) -> None:
    layers = client.get(f"/styles/watched/incidents.json?{WEEK}").json()["layers"]
    assert [layer["id"] for layer in layers[:3]] == [f"state-{state}" for state in STATES]
    said = client.get(f"/legend/watched/incidents.json?{WEEK}").json()
    assert [state["state"] for state in said["states"]] == list(STATES)
    assert "not visited" in client.get(f"/legend/watched/incidents.svg?{WEEK}").text
    assert f"&#34;state&#34; = &#39;{STATES[1]}&#39;" in client.get("/connect/qgis").text
    plain = client.get("/styles/incidents/incidents.json").json()["layers"]
    assert not any(layer["id"].startswith("state-") for layer in plain)


def test_categories_choose_incidents_and_never_effort(client: TestClient) -> None:
    some = rows(client, f"{WEEK}&category=battle")
    assert (some[VISITED[2]]["state"], some[VISITED[1]]["incidents"]) == ("visited", "2.0")


def test_only_cells_visited_in_both_windows_compare(mission: str, load_pings: TrackLoads, serve: Serve) -> None:
    twice, once = VISITED[1], VISITED[2]  # both were visited on one of the first three days
    load_pings(mission, [fix("late", "2024-01-19T08:00:00Z", twice)], resolution=7)
    with serve(mission) as client:
        tile = "/tiles/watched/9/281/250.mvt?resolution=7&datetime=2024-01-18/2024-01-21&against=2024-01-15/2024-01-17"
        drawn = mapbox_vector_tile.decode(client.get(tile).content)["watched"]["features"]
        told = {int(f["properties"]["h3"], 16): f["properties"] for f in drawn}
        assert (told[twice]["state"], told[twice]["incidents"]) == ("visited", -2.0)
        assert told[once]["state"] == "not_visited"
        assert told[CLOSED]["state"] == "no_access"
        assert {c for c, known in told.items() if "incidents" in known} == {twice}  # heard of is not counted: LOUD
        assert told[LOUD]["patrol_km"] == 0.0  # that nobody came in either window is known
        said = client.get("/legend/watched/incidents.json?datetime=2024-01-21&against=2024-01-15").json()["states"]
        assert [state["state"] for state in said] == list(STATES)
        assert "both windows" in said[0]["label"]


def test_a_load_of_any_of_its_datasets_renews_the_layer(mission: str, load_pings: TrackLoads, serve: Serve) -> None:
    load_pings(mission, [fix("late", "2024-01-19T08:00:00Z", REST[0])], resolution=7)
    with serve(mission) as client:
        assert client.get("/layers/watched").json()["release"] == 2
        assert rows(client)[REST[0]]["state"] == "visited"


def test_effort_may_be_what_is_shown(mission: str, serve: Serve) -> None:
    made = declared(mission, layer="effort", shown="patrols", access=None)
    assert "coverage" in made.indicators
    with serve(mission) as client:
        found = rows(client, layer="effort")
        assert {row["state"] for row in found.values()} == {"visited", "not_visited"}
        assert found[CLOSED]["patrol_hours"] == "0.0"
        assert found[CLOSED]["days_since_visit"] == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"layer": "incidents"}, "is a dataset"),
        ({"layer": "Not A Name"}, "cannot name"),
        ({"effort": "nothing"}, "no dataset 'nothing'"),
        ({"effort": "zones"}, "have no days"),
        ({"required": Chosen("zones", ("B",))}, "no area B"),
        ({"access": Chosen("access", ("rain",))}, "no category rain"),
    ],
)
def test_what_cannot_be_is_said(mission: str, said: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        declared(mission, **said)


PERIODS = {
    "2024-02-01": (10, 4),
    "2024-02-02": (20, 7),
    "2024-02-03": (15, 6),
    "2024-02-04": (30, 6),
    "2024-02-05": (25, 6),
}


@pytest.fixture
def patrolled(dsn: str, load_pings: TrackLoads, load_reports: Loads, serve: Serve) -> Iterator[TestClient]:
    """Five days with the hours and encounters of the worked example: two patrols stand half of each day's hours."""
    stood = [
        fix(f"{day}/{n}", f"{day}T{minutes // 60:02}:{minutes % 60:02}:00Z", MIDDLE)
        for day, (hours, _) in PERIODS.items() for n in "ab" for minutes in (0, 30 * hours)
    ]  # fmt: skip
    load_pings(dsn, stood, resolution=7, more="cleaning = { longest_gap_minutes = 1000 }\n")
    met = [
        report(f"{day}/{n}", day_from=day, day_to=day, **at(MIDDLE))
        for day, (_, k) in PERIODS.items()
        for n in range(k)
    ]
    load_reports(dsn, met, dataset="incidents", resolution=7)
    declared(dsn, required=None, access=None)
    with serve(dsn) as found:
        yield found


def test_four_encounters_in_ten_hours(patrolled: TestClient) -> None:
    assert rows(patrolled, "datetime=2024-02-01")[MIDDLE]["encounter_rate"] == "0.4"


def test_the_worked_deterrence_is_told(patrolled: TestClient) -> None:
    said = patrolled.get("/layers/watched/deterrence?step=day").json()
    assert (said["hours"], said["encounters"]) == ([10, 20, 15, 30, 25], [4, 7, 6, 6, 6])
    pairs = [(pair["more_hours"], round(pair["more_encounters_per_hour"], 6)) for pair in said["pairs"]]
    assert pairs == [(10, 0.05), (-5, -0.2), (15, 0.04)]
    assert said["slope"] == pytest.approx(0.01308, abs=5e-6)
    assert patrolled.get(f"/layers/watched/deterrence?step=day&cell={MIDDLE:x}").json()["slope"] == said["slope"]
    assert patrolled.get("/layers/watched/deterrence?step=day&datetime=2024-02-01/2024-02-03").json()["slope"] is None


def test_only_whole_periods_are_compared(patrolled: TestClient) -> None:
    assert patrolled.get("/layers/watched/deterrence").status_code == 400  # five days hold no month
    assert patrolled.get("/layers/incidents/deterrence?step=day").status_code == 404  # nobody is known to have looked


def test_whole_periods_begin_and_end_within_the_window() -> None:
    assert whole(Window(date(2024, 1, 1), date(2024, 2, 29)), Step.MONTH) == Window(date(2024, 1, 1), date(2024, 2, 29))
    assert whole(Window(date(2024, 1, 2), date(2024, 4, 29)), Step.MONTH) == Window(date(2024, 2, 1), date(2024, 3, 31))


def test_coverage_counts_people_where_they_live(mission: str, tmp_path: Path, serve: Serve) -> None:
    """Seven hundred live where somebody came, three hundred where nobody did, and some beyond what is required."""
    west, north, pixel = 17.8, 4.2, 0.002
    values = np.zeros((1, 200, 1200), "float32")
    for cell, living in ((VISITED[3], 700), (REST[0], 300), (FAR, 5000)):
        place = at(cell)
        values[0, int((north - place["latitude"]) / pixel), int((place["longitude"] - west) / pixel)] = living
    file = write_tiff(tmp_path / "people.tif", values, transform=from_origin(west, north, pixel, pixel))
    said = Said(Meaning.COUNT, klass="population", captured="2020")
    with psycopg.connect(mission, autocommit=True) as conn:
        load_rasters(conn, RasterRequest("people", (file,), tmp_path / "rasters", Description(resolution=7), said))
    with serve(mission) as client:
        told = client.get(f"/layers/watched/coverage?{WEEK}&people=people").json()
        assert (told["people"], told["people_reached"]) == (pytest.approx(1000), pytest.approx(700))
        assert told["coverage_of_people"] == pytest.approx(0.7)
        assert "people" not in client.get(f"/layers/watched/coverage?{WEEK}").json()
        assert client.get("/layers/watched/coverage?people=incidents").status_code == 400
        assert client.get("/layers/watched/coverage?people=nobody").status_code == 404
