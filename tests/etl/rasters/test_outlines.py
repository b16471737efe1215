"""Outlines in degrees hold every pixel that is on Earth: over poles, across 180°, in systems with ends."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import assume, given
from hypothesis import strategies as st
from rasterio.transform import from_origin

from hexwatch_etl.rasters.outlines import Footprint, outline

SIDE = 40
POLAR = {"EPSG:3995": 90.0, "EPSG:3413": 90.0, "EPSG:3031": -90.0, "EPSG:3976": -90.0}


def of(system: str, grid: Affine, width: int = SIDE, height: int = SIDE) -> Footprint:
    return outline(grid, pyproj.CRS(system), (0, 0, width, height))


def centres(system: str, grid: Affine, width: int = SIDE, height: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of the pixels that are on Earth."""
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x, y = grid.c + grid.a * columns.ravel(), grid.f + grid.e * rows.ravel()
    found = np.array(pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True).transform(x, y))
    return tuple(found[:, np.isfinite(found).all(axis=0)])


@given(st.sampled_from(sorted(POLAR)), st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.sampled_from([500.0, 9e4]))
def test_over_a_pole_it_holds_the_pole_and_every_longitude(system: str, x: float, y: float, pixel: float) -> None:
    size = SIDE * pixel
    grid = from_origin(-x * size, y * size, pixel, pixel)
    found, pole = of(system, grid), POLAR[system]
    west, south, east, north = found.bounds
    assert (west, east) == (-180, 180)
    assert pole in (south, north)
    longitude, latitude = centres(system, grid)
    assert south <= latitude.min() and latitude.max() <= north  # noqa: PT018 (one statement)
    points = shapely.points(longitude, latitude)
    assert shapely.covers(found.shape.buffer(0.02 * (north - south)), points).all()


@given(st.sampled_from(sorted(POLAR)), st.floats(-3, 3), st.floats(-3, 3))
def test_beside_a_pole_it_does_not_hold_it(system: str, x: float, y: float) -> None:
    assume(not (-0.1 <= x <= 1.1 and -0.1 <= y <= 1.1))
    size = SIDE * 5000.0
    found = of(system, from_origin(-x * size, y * size, 5000, 5000))
    assert not found.shape.intersects(shapely.Point(10, POLAR[system]))
    assert found.bounds[0] != -180 or found.bounds[2] != 180


@pytest.mark.parametrize(
    ("system", "grid", "bounds"),
    [
        ("ESRI:54009", from_origin(-18_040_095, 9_020_047, 902_005, 451_002), (-180, -90, 180, 90)),  # the Earth
        ("ESRI:54009", from_origin(-18_041_000, 5_000_000, 100_000, 100_000), (-180, 7, -141, 43)),  # its western edge
        ("+proj=geos +h=35785831 +lon_0=0", from_origin(-5.4e6, 5.4e6, 270_000, 270_000), (-79, -79, 79, 79)),
        ("EPSG:3832", from_origin(2.5e6, -1.5e6, 22_500, 22_500), (172.5, -21, -179.5, -13.5)),
        ("EPSG:3857", from_origin(19.9e6, -1.5e6, 7_500, 7_500), (178.8, -16, -178.6, -13.4)),
    ],
)
def test_where_an_image_ends_beyond_the_earth(system: str, grid: Affine, bounds: tuple[float, ...]) -> None:
    found = of(system, grid)
    assert found.bounds == pytest.approx(bounds, abs=6)
    longitude, latitude = centres(system, grid)
    points = shapely.points((longitude + 180) % 360 - 180, latitude)
    assert shapely.covers(found.shape.buffer(0.1), points).all()


def test_an_image_that_is_nowhere_on_earth_has_no_outline() -> None:
    found = of("ESRI:54009", from_origin(-17e6, 9e6, 1000, 1000))
    assert found.shape.is_empty
    assert np.isnan(found.bounds).all()
