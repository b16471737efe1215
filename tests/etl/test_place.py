"""Honest placement: which support a report gets, and that its weights are whole."""

from __future__ import annotations

import geopandas as gpd
import h3.api.basic_int as h3
import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_etl.place import RADIUS_KM, place
from hexwatch_etl.supports import WHOLE, Area, Disk, weights
from hexwatch_schemas import hexgrid
from hexwatch_schemas.words import Precision

PREFECTURE = shapely.box(17, 4, 19, 6)


def placed_one(
    precision: str, lon: float | None = 18.5, lat: float | None = 4.4, areas: gpd.GeoDataFrame | None = None
):
    events = pl.DataFrame(
        {"precision": [precision], "longitude": [lon], "latitude": [lat]},
        schema_overrides={"longitude": pl.Float64, "latitude": pl.Float64},
    )
    return place(events, 5, areas)


def areas(level: str = "adm1") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"level": [level], "content": ["abc"]}, geometry=[PREFECTURE], crs=4326)


def test_an_exact_report_lies_in_one_cell() -> None:
    placed = placed_one(Precision.EXACT)
    assert placed.events.row(0, named=True)["cell"] == h3.latlng_to_cell(4.4, 18.5, 5)
    assert not placed.supports


@pytest.mark.parametrize("precision", RADIUS_KM)
def test_a_near_report_lies_somewhere_in_a_disk(precision: Precision) -> None:
    placed = placed_one(precision)
    assert placed.events["cell"].to_list() == [None]
    assert list(placed.supports.values()) == [Disk(18.5, 4.4, RADIUS_KM[precision])]


def test_a_province_lies_in_its_polygon() -> None:
    placed = placed_one(Precision.ADM1, areas=areas())
    assert [type(s) for s in placed.supports.values()] == [Area]
    assert placed.without_area == 0


def test_a_district_has_its_own_polygon_or_else_a_disk() -> None:
    assert isinstance(next(iter(placed_one(Precision.ADM2, areas=areas("adm2")).supports.values())), Area)
    assert isinstance(next(iter(placed_one(Precision.ADM2, areas=areas("adm1")).supports.values())), Disk)


@pytest.mark.parametrize("precision", [Precision.COUNTRY, Precision.WATER_AIR])
def test_a_country_is_no_place(precision: Precision) -> None:
    placed = placed_one(precision, areas=areas())
    assert placed.events.select("cell", "support").row(0) == (None, None)
    assert placed.without_area == 0


def test_a_province_without_polygon_waits() -> None:
    for known in (None, areas("adm2")):
        placed = placed_one(Precision.ADM1, areas=known)
        assert placed.events.select("cell", "support").row(0) == (None, None)
        assert placed.without_area == 1


def test_no_reports_are_no_work() -> None:
    assert placed_one(Precision.EXACT).events.clear().height == 0
    empty = pl.DataFrame(schema={"precision": pl.String, "longitude": pl.Float64, "latitude": pl.Float64})
    assert place(empty, 5).events.height == 0


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(1, 120), st.integers(3, 6))
def test_weights_are_whole_at_every_resolution_and_children_sum_to_parents(
    lon: float, lat: float, radius: float, base: int
) -> None:
    frame = weights([Disk(lon, lat, radius)], base)
    assert frame["resolution"].to_list() == list(range(base, 0, -1))
    finest = frame.row(0, named=True)
    for row in frame.iter_rows(named=True):
        assert sum(row["weights"]) == WHOLE
        parents = hexgrid.to_parent(np.array(finest["cells"], np.int64), row["resolution"])
        sums = dict.fromkeys(row["cells"], 0)
        for parent, weight in zip(parents.tolist(), finest["weights"], strict=True):
            sums[parent] += weight
        assert list(sums.values()) == row["weights"]


def test_a_polygon_spreads_by_area() -> None:
    row = weights([Area("abc", PREFECTURE)], 5).row(0, named=True)
    areas_km2 = hexgrid.areas_km2(np.array(row["cells"]))
    np.testing.assert_allclose(np.array(row["weights"]) / WHOLE, areas_km2 / areas_km2.sum(), atol=1e-8)
