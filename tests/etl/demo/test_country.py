"""The made-up country is a proper map: zones that fit, towns in their zones, lines inside the border."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from hexwatch_etl.areas_read import read_areas
from hexwatch_etl.demo import country as ground


def test_zones_cover_the_country_without_gap_or_overlap() -> None:
    country = ground.country()
    shapes = shapely.transform(country.zones, ground.degrees)
    assert 9 <= len(shapes) <= 14
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert isinstance(country.outline, shapely.Polygon)
    assert len(country.outline.interiors) == 0
    assert shapely.area(country.zones).sum() == pytest.approx(country.outline.area, rel=1e-12)


def test_towns_lie_in_the_zone_that_they_are_the_seat_of() -> None:
    country = ground.country()
    seats = np.array([(seat.x, seat.y) for seat in country.seats])
    assert country.inside(seats).all()
    assert country.zone_of(seats).tolist() == list(range(len(seats)))
    assert len({town.name for town in ground.TOWNS}) == len(ground.TOWNS)


def test_line_and_road_lie_in_the_country() -> None:
    outline = ground.country().outline
    assert outline.contains(ground.CEASEFIRE_LINE)
    assert outline.contains(ground.ROAD)
    assert outline.contains(shapely.MultiPoint(list(ground.points(ground.REGIONS))))


def test_zones_are_read_as_areas_as_they_stand(folder: Path) -> None:
    read = read_areas(folder / "zones.geojson", level="adm1")
    country = ground.country()
    assert (read.rows_in, read.rejects.height, read.remarks.height) == (len(country.names), 0, 0)
    assert tuple(read.areas["key"]) == country.codes
    assert tuple(read.areas["name"]) == country.names
    assert set(read.areas["country"]) == {ground.NAME}


def test_each_zone_is_marked_synthetic(folder: Path) -> None:
    zones = json.loads((folder / "zones.geojson").read_text())
    assert "SYNTHETIC" in zones["description"]
    assert all(feature["properties"]["synthetic"] for feature in zones["features"])
