"""Numbers over time: their periods add up to what the window's hexagons and the rest hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise, product

import h3
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from fixtures.reports import Loads, report
from fixtures.service import Serve
from hexwatch_schemas.windows import Step, Window, periods
from hexwatch_schemas.words import Precision

DAYS = st.dates(date(1989, 1, 1), date(2030, 1, 1))
REPORTED = [f"2024-0{1 + i % 6}-1{i % 9}" for i in range(20)]
REPORTS = [
    *(
        report(f"x{i}", day_from=day, day_to=day, longitude=18 + i / 7, latitude=5 + i / 9)
        for i, day in enumerate(REPORTED)
    ),
    *(report(f"rough/{p}", precision=p, day_from="2024-02-20", day_to="2024-03-10") for p in Precision),
]


@given(DAYS, st.integers(1, 900), st.sampled_from(Step))
def test_periods_follow_one_another_and_fill_the_window(first: date, days: int, step: Step) -> None:
    window = Window(first, first + timedelta(days - 1))
    starts = list(periods(window, step))
    assert starts[0] == first
    assert all(a < b <= window.last for a, b in pairwise(starts))
    opens = {Step.DAY: lambda _: True, Step.WEEK: lambda d: d.weekday() == 0, Step.MONTH: lambda d: d.day == 1}
    opens[Step.YEAR] = lambda d: (d.month, d.day) == (1, 1)
    every = [first + timedelta(d) for d in range(days)]
    assert starts[1:] == [day for day in every[1:] if opens[step](day)]


@pytest.fixture
def client(dsn: str, load_reports: Loads, serve: Serve) -> Iterator[TestClient]:
    """Reports of half a year, known exactly and less so, on days and spans of days."""
    load_reports(dsn, REPORTS, title="Mission")
    with serve(dsn) as running:
        yield running


def series(client: TestClient, **said: str) -> dict:
    answer = client.get("/layers/mission/series", params=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("days", ["2024", "2024-02-25/2024-04-03"])
def test_a_cells_periods_sum_to_its_numbers(client: TestClient, days: str) -> None:
    resolution = 4
    features = client.get(
        "/collections/mission/items", params={"datetime": days, "resolution": resolution, "limit": 1000, "f": "json"}
    ).json()["features"]
    assert features
    for feature, step in product(features[:: max(1, len(features) // 10)], Step):
        cell = feature["properties"]["h3"]
        told = client.get(f"/layers/mission/cells/{cell}", params={"datetime": days}).json()["measures"]
        found = series(client, datetime=days, step=step, cell=cell)["measures"]
        sums = {measure: {kind: sum(amounts) for kind, amounts in mass.items()} for measure, mass in found.items()}
        assert sums == {measure: pytest.approx(mass, abs=1e-6) for measure, mass in told.items()}


def test_nothing_reported_is_lost_between_periods(client: TestClient) -> None:
    for step in Step:
        assert sum(map(sum, series(client, step=step)["measures"]["events"].values())) == pytest.approx(len(REPORTS))


def test_an_areas_periods_are_those_of_its_cells(client: TestClient) -> None:
    area = shapely.box(18.2, 5, 19.9, 6.2)
    answer = client.post("/layers/mission/series?step=month", content=shapely.to_geojson(area))
    assert answer.status_code == 200, answer.text
    base = answer.json()["resolution"]
    told = client.get("/collections/mission/items", params={"resolution": base, "limit": 10000, "f": "json"}).json()
    cells = [f["properties"] for f in told["features"]]
    inside = [c for c in cells if area.contains(shapely.Point(h3.cell_to_latlng(c["h3"])[::-1]))]
    assert 0 < len(inside) < len(cells)
    assert sum(map(sum, answer.json()["measures"]["events"].values())) == pytest.approx(
        sum(c["incidents"] for c in inside)
    )


@pytest.mark.parametrize("said", ["", "{}", "[1]", '{"type":"Point","coordinates":[1,2]}', "\xff", "x" * (3 << 20)])
def test_what_is_no_area_is_told(client: TestClient, said: str) -> None:
    answer = client.post("/layers/mission/series", content=said.encode("latin-1"))
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "description"}


def test_days_without_data_are_not_zero(client: TestClient) -> None:
    found = series(client, datetime="2020/2030", step="month")
    assert found["window"] == [min(REPORTED), max(REPORTED)]
    assert len(found["periods"]) == len(found["measures"]["events"]["precise"]) == 6


def test_mistakes_are_named(client: TestClient) -> None:
    for said in ("step=hour", "cell=nothing", "datetime=2020", "datetime=banana", "more=1"):
        answer = client.get(f"/layers/mission/series?{said}")
        assert (said, answer.status_code) == (said, 400)
        assert answer.json().keys() == {"code", "description"}
