"""Pixels into hexagons: nothing is lost, nothing is made, wherever the raster lies and however it is cut."""

from __future__ import annotations

import tempfile
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from rasterio.transform import from_origin

from fixtures.rasters import ODD, write_tiff
from hexwatch_etl.rasters import hexagons
from hexwatch_etl.rasters.hexagons import into_cells, totals
from hexwatch_etl.rasters.said import Meaning
from hexwatch_schemas import hexgrid

GRIDS = {
    "degrees": ("EPSG:4326", st.tuples(st.floats(-181, 182), st.floats(-60, 75)), st.floats(0.1, 0.3)),
    "utm": ("EPSG:32634", st.tuples(st.floats(2e5, 8e5), st.floats(1e5, 8e6)), st.floats(8000, 20_000)),
    "odd": (ODD, st.tuples(st.floats(-2e6, 2e6), st.floats(-2e6, 2e6)), st.floats(8000, 20_000)),
}


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("meaning", [Meaning.COUNT, Meaning.DENSITY])
@examples(max_examples=6)
@given(data=st.data())
def test_totals_are_conserved(grid: str, meaning: Meaning, data: st.DataObject) -> None:
    crs, corner, size = GRIDS[grid]
    (west, north), pixel = data.draw(corner), data.draw(size)
    values = np.random.default_rng(data.draw(st.integers(0, 99))).uniform(0, 1000, (1, 9, 11)).astype("float32")
    values[0, 2:4, 3] = -1
    with tempfile.TemporaryDirectory() as folder:
        profile = {"crs": crs, "transform": from_origin(west, north, pixel, pixel), "nodata": -1}
        with rasterio.open(write_tiff(Path(folder) / "a.tif", values, **profile)) as source:
            cells, amounts = into_cells(source, meaning, 4)["sum"]
            assert amounts.sum() == pytest.approx(totals(source)[meaning], rel=1e-9)
            assert (np.diff(cells) > 0).all()


def test_work_in_parts_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).uniform(0, 9, (1, 40, 50)).astype("float32")
    file = write_tiff(tmp_path / "a.tif", values, transform=from_origin(18, 5, 0.05, 0.05))
    with rasterio.open(file) as source:
        whole = into_cells(source, Meaning.COUNT, 5)["sum"]
        monkeypatch.setattr(hexagons, "WINDOW", 16)
        parts = into_cells(source, Meaning.COUNT, 5)["sum"]
    assert whole[0].tolist() == parts[0].tolist()
    assert whole[1] == pytest.approx(parts[1], rel=1e-6)


def test_an_even_density_gives_each_inner_cell_its_area(tmp_path: Path) -> None:
    """By the ellipsoid; H3 tells areas on a sphere, which differ by up to half a percent."""
    file = write_tiff(tmp_path / "a.tif", np.full((1, 60, 60), 2, "float32"), transform=from_origin(18, 6, 0.05, 0.05))
    with rasterio.open(file) as source:
        cells, amounts = into_cells(source, Meaning.DENSITY, 5)["sum"]
    inner = np.isin(cells, h3.grid_disk(h3.latlng_to_cell(4.5, 19.5, 5), 4))
    assert amounts[inner] / 2 == pytest.approx(hexgrid.areas_km2(cells[inner]), rel=6e-3)


@pytest.mark.parametrize(
    ("crs", "half"), [("ESRI:54009", (18_040_096, 9_020_048)), ("EPSG:6933", (17_367_530.44, 7_314_540.83))]
)
def test_cells_across_the_cut_of_a_projection_get_their_own(
    tmp_path: Path, crs: str, half: tuple[float, float]
) -> None:
    """Of the whole Earth in an equal area projection: nothing from between its two ends, or beyond it."""
    pixel = half[0] / 90, half[1] / 45
    values = np.full((1, 90, 180), 2, "float32")
    file = write_tiff(tmp_path / "a.tif", values, crs=crs, transform=from_origin(-half[0], half[1], *pixel))
    with rasterio.open(file) as source:
        cells, amounts = into_cells(source, Meaning.DENSITY, 2)["sum"]
    latitude, longitude = np.array([h3.cell_to_latlng(c) for c in cells.tolist()]).T
    found = amounts / 2 / hexgrid.areas_km2(cells)
    settled = np.abs(latitude) < 70
    edge = settled & (np.abs(longitude) > 165)  # where pixels lie partly beyond the Earth
    assert found[settled & ~edge] == pytest.approx(1, abs=0.02)
    assert edge.any()
    assert ((found[edge] > 0.3) & (found[edge] < 1.6)).all()


def test_a_field_is_averaged_by_area(tmp_path: Path) -> None:
    file = write_tiff(
        tmp_path / "a.tif", np.full((1, 60, 60), 273.5, "float32"), transform=from_origin(18, 6, 0.05, 0.05)
    )
    with rasterio.open(file) as source:
        found = into_cells(source, Meaning.MEAN, 5)
    assert found["sum"][1] / found["km2"][1] == pytest.approx(273.5)
