"""The grid: parents by bits, outlines at odd places, disks and polygons."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_schemas import hexgrid

longitudes = st.floats(-180, 180)
latitudes = st.floats(-90, 90)


def random_cells(count: int, seed: int) -> np.ndarray:
    """Cells of all resolutions, even over the sphere, and every pentagon with its neighbours."""
    rng = np.random.default_rng(seed)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    longitude = rng.uniform(-180, 180, count)
    resolution = rng.integers(1, 16, count)
    points = zip(latitude.tolist(), longitude.tolist(), resolution.tolist(), strict=True)
    spread = [h3.latlng_to_cell(lat, lon, r) for lat, lon, r in points]
    odd = [n for r in range(1, 16) for pentagon in h3.get_pentagons(r) for n in h3.grid_disk(pentagon, 1)]
    return np.array(spread + odd, np.int64)


def test_parents_in_sql_and_numpy_agree_with_h3_on_a_million_cells(module_dsn: str) -> None:
    cells = random_cells(1_000_000, seed=7)
    coarser = np.random.default_rng(8).integers(0, 16, cells.size)
    resolution = np.minimum(coarser, (cells >> 52) & 15)
    expected = [h3.cell_to_parent(c, r) for c, r in zip(cells.tolist(), resolution.tolist(), strict=True)]
    for r in range(16):
        ours = hexgrid.to_parent(cells[resolution == r], r)
        assert np.array_equal(ours, np.array(expected, np.int64)[resolution == r])
    query = (
        "select hex.cell_to_parent(c, r) from unnest(%s::bigint[], %s::int[]) with ordinality u (c, r, n) order by n"
    )
    with psycopg.connect(module_dsn) as conn:
        assert [p for (p,) in conn.execute(query, (cells.tolist(), resolution.tolist()))] == expected


def test_sql_reads_and_writes_the_text_form(module_dsn: str) -> None:
    cells = random_cells(1000, seed=9).tolist()
    with psycopg.connect(module_dsn) as conn:
        rows = conn.execute(
            "select hex.cell_to_text(c), hex.text_to_cell(hex.cell_to_text(c)), hex.resolution(c) "
            "from unnest(%s::bigint[]) c",
            (cells,),
        ).fetchall()
    assert rows == [(h3.int_to_str(c), c, h3.get_resolution(c)) for c in cells]


@given(longitudes, latitudes, st.integers(1, 15))
def test_an_outline_is_valid_and_holds_its_centre(longitude: float, latitude: float, resolution: int) -> None:
    cell = h3.latlng_to_cell(latitude, longitude, resolution)
    outline = hexgrid.outlines(np.array([cell], np.int64))[0]
    assert outline.is_valid
    assert abs(np.array(outline.bounds if not outline.is_empty else [0])).max() <= hexgrid.HALF_WORLD * (1 + 1e-12)
    centre = hexgrid.centres(np.array([cell], np.int64))
    if abs(centre[0, 1]) < hexgrid.MERCATOR_LATITUDE - 0.01:
        assert outline.distance(shapely.Point(hexgrid.mercator(centre)[0])) < 1e-6


def test_an_outline_over_the_antimeridian_is_cut_in_two() -> None:
    cell = h3.latlng_to_cell(-17.0, 179.999, 3)
    parts = shapely.get_parts(hexgrid.outlines(np.array([cell], np.int64))[0])
    assert len(parts) == 2
    assert {np.sign(p.centroid.x) for p in parts} == {-1.0, 1.0}
    assert all(p.bounds[2] - p.bounds[0] < hexgrid.HALF_WORLD / 10 for p in parts)


@given(longitudes, latitudes, st.floats(1, 120))
def test_a_disk_is_all_cells_within_the_radius(longitude: float, latitude: float, radius: float) -> None:
    cells = hexgrid.disk(longitude, latitude, radius, 5)
    middle = h3.latlng_to_cell(latitude, longitude, 5)
    around = np.array(h3.grid_disk(middle, 14), np.int64)  # 14 rings reach beyond 120 km at resolution 5
    distances = np.array(
        [h3.great_circle_distance((latitude, longitude), h3.cell_to_latlng(c)) for c in around.tolist()]
    )
    expected = set(around[distances <= radius].tolist()) or {middle}
    close = set(around[np.abs(distances - radius) < 1e-6].tolist())
    assert set(cells.tolist()) ^ expected <= close


def test_a_polygon_too_small_for_a_cell_still_has_one() -> None:
    tiny = shapely.box(18.55, 4.36, 18.5501, 4.3601)
    assert hexgrid.within(tiny, 5).tolist() == [h3.latlng_to_cell(4.36005, 18.55005, 5)]


@pytest.mark.parametrize(("west", "east"), [(14.0, 27.0), (170.0, -170.0), (-180.0, 180.0)])
def test_bounds_know_the_antimeridian(west: float, east: float) -> None:
    span = (east - west) % 360 or 360
    longitude = (np.linspace(0.5, span - 0.5, 60) + west + 180) % 360 - 180
    found = hexgrid.bounds(hexgrid.from_points(longitude, np.zeros(60), 5))
    assert found[0] == pytest.approx(west, abs=0.6)
    assert found[2] == pytest.approx(east, abs=0.6)


def test_text_that_is_no_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="not an H3 cell"):
        hexgrid.from_text("123456789012345")
