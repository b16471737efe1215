"""Sums and tiles against PostGIS: the same cells, the same numbers, the same shapes, anywhere on earth."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from fixtures.facts import CATEGORIES, MEASURES, Fact, Mission, found
from hexwatch_schemas import hexgrid
from hexwatch_schemas.indicators import WindowSums
from hexwatch_schemas.queries import query
from hexwatch_schemas.tiles import EXTENT, Tile, resolution_for_zoom
from hexwatch_schemas.windows import Window
from hexwatch_service.asked import Asked
from hexwatch_service.catalogue import Layer
from hexwatch_service.engine.read import Release
from hexwatch_service.engine.shelf import Shelf
from hexwatch_service.numbers import Numbers
from hexwatch_service.vector_tiles import encode
from oracle import sums as oracle_sums
from oracle import tiles as oracle_tiles

FIRST = date(2024, 1, 1)
INSIDE = shapely.box(0, 0, EXTENT, EXTENT)

days = st.integers(0, 40).map(lambda n: FIRST + timedelta(n))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    ends = sorted([draw(days), draw(days)])
    return Window(*ends)


@st.composite
def neighbourhoods(draw: st.DrawFn, base: int) -> list[int]:
    """Cells around any place; around a pentagon, a pole and on the antimeridian more often than chance has it."""
    place = st.one_of(
        st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
        st.tuples(st.floats(-85, 85), st.sampled_from([-180.0, 180.0, 179.9, -179.9])),
        st.tuples(st.sampled_from([-90.0, -85.05, -84.0, 84.0, 85.05, 90.0]), st.floats(-180, 180)),
    )
    middle = st.one_of(
        place.map(lambda p: h3.latlng_to_cell(*p, base)), st.sampled_from(sorted(h3.get_pentagons(base)))
    )
    return sorted(h3.grid_disk(draw(middle), 2))


@st.composite
def facts(draw: st.DrawFn, cells: list[int]) -> Fact:
    first, last = sorted([start := draw(days), draw(st.one_of(st.just(start), days))])
    on = draw(
        st.one_of(st.sampled_from(cells).map(lambda c: [c]), st.lists(st.sampled_from(cells), max_size=9, unique=True))
    )
    kind, measure = draw(st.integers(1, len(CATEGORIES))), draw(st.integers(1, len(MEASURES)))
    return Fact(tuple(sorted(on)), first, last, kind, measure, draw(st.integers(1, 10**6)))


@dataclass(frozen=True)
class Case:
    """What is stored, and what is asked of it."""

    base: int
    facts: list[Fact]
    window: Window
    categories: tuple[str, ...] | None
    columns: tuple[str, ...]
    zoom: int
    corner: tuple[float, float]  # where in the drawn area the tile lies


@st.composite
def cases(draw: st.DrawFn) -> Case:
    base = draw(st.integers(1, 9))
    near = draw(neighbourhoods(base))
    chosen = st.one_of(st.none(), st.sets(st.sampled_from(CATEGORIES), min_size=1).map(lambda c: tuple(sorted(c))))
    columns = st.sampled_from(
        [("incidents",), ("deaths", "exact_share"), ("incidents", "deaths", "deaths_per_incident")]
    )
    ratio = st.floats(0, 1)
    told = draw(st.lists(facts(near), min_size=1, max_size=8))
    return Case(
        base, told, draw(windows()), draw(chosen), draw(columns), draw(st.integers(0, 16)), (draw(ratio), draw(ratio))
    )


@dataclass
class Bench:
    """A mission, the folder of its snapshots, and both ways to ask it."""

    mission: Mission
    folder: Path

    def layer(self, release: Release) -> Layer:
        with psycopg.connect(self.mission.dsn) as conn, conn.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(query("catalogue.layers", "hexwatch_service")).fetchone()
        assert row
        return Layer.from_row(row, Shelf(self.folder, self.mission.reader).open(release))

    def sums(self, case: Case, layer: Layer, resolution: int) -> tuple[WindowSums, dict[str, float]]:
        """By SQL: on cells, and what is unplaced."""
        codes = None if case.categories is None else [layer.categories[c] for c in case.categories]
        said = {**oracle_sums.asked(self.mission.dataset, resolution, case.window, codes)}
        with psycopg.connect(self.mission.dsn) as conn:
            rows = conn.execute(query("sums.on_cells", "oracle"), said).fetchall()
            unplaced = dict(conn.execute(query("sums.unplaced", "oracle"), said).fetchall())
        return oracle_sums.from_rows(rows, layer.measures, case.window), unplaced

    def tile(self, layer: Layer, asked: Asked, sums: WindowSums, tile: Tile) -> bytes:
        """By ST_AsMVT."""
        values = {name: layer.indicator(name).compute(sums) for name in asked.columns}
        with psycopg.connect(self.mission.dsn) as conn:
            return oracle_tiles.encode(conn, layer.id, sums.cells, values, tile) if sums.cells.size else b""


@pytest.fixture(scope="module")
def bench(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(found(module_dsn), tmp_path_factory.mktemp("snapshots"))


@settings(max_examples=60)
@given(case=cases())
def test_the_engine_says_and_draws_what_postgis_does(bench: Bench, case: Case) -> None:
    layer = bench.layer(bench.mission.publish(case.base, case.facts))
    asked = Asked(case.window, case.categories, case.columns)
    numbers = Numbers(1 << 20)
    resolution = resolution_for_zoom(case.zoom, case.base)
    table = asyncio.run(numbers.table(layer, asked, resolution))
    sums, unplaced = bench.sums(case, layer, resolution)
    _same_sums(table.sums, sums)
    assert asyncio.run(numbers.unplaced(layer, asked)) == pytest.approx(unplaced)
    if table.cells.size:
        tile = _somewhere(table.cells, case)
        _same_tile(encode(layer, asked, table, tile), bench.tile(layer, asked, sums, tile))


def _same_sums(ours: WindowSums, theirs: WindowSums) -> None:
    assert ours.cells.tolist() == theirs.cells.tolist()
    for measure in MEASURES:
        np.testing.assert_allclose(ours.precise[measure], theirs.precise[measure], rtol=1e-12)
        np.testing.assert_allclose(ours.spread[measure], theirs.spread[measure], rtol=1e-12)


def _somewhere(cells: hexgrid.Cells, case: Case) -> Tile:
    """A tile of the case's zoom among the cells: they may lie inside, over its edges or just outside."""
    # Cells wholly beyond the mercator square have no bounds.
    west, south, east, north = np.nan_to_num(shapely.total_bounds(hexgrid.outlines(cells))).tolist()
    side, world = 1 << case.zoom, 2 * hexgrid.HALF_WORLD
    x = (west + (east - west) * case.corner[0]) / world + 0.5
    y = 0.5 - (south + (north - south) * case.corner[1]) / world
    return Tile(case.zoom, *(min(max(int(at * side), 0), side - 1) for at in (x, y)))


def _same_tile(ours: bytes, theirs: bytes) -> None:
    mine, oracle = _features(ours), _features(theirs)
    for cell in mine.keys() | oracle.keys():
        (drawn, said), (true, known) = mine.get(cell, _NOTHING), oracle.get(cell, _NOTHING)
        # A cell that touches the edge of the buffer with less than a unit may be there or not.
        assert drawn.symmetric_difference(true).intersection(INSIDE).area <= 1.5 * max(drawn.length, true.length)
        if drawn.is_empty or true.is_empty:
            assert not (drawn if true.is_empty else true).intersects(INSIDE.buffer(-1))
            continue
        assert said == pytest.approx(known)
        if INSIDE.contains(true):
            assert drawn.hausdorff_distance(true) <= 1.5


_NOTHING: tuple[BaseGeometry, dict[str, float]] = (shapely.Polygon(), {})


def _features(tile: bytes) -> dict[str, tuple[BaseGeometry, dict[str, float]]]:
    """Outline and numbers by cell; every outer ring must wind as it should, or there would be none."""
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    features = layers["mission"]["features"] if layers else []
    found = {}
    for feature in features:
        properties = dict(feature["properties"])
        found[properties.pop("h3")] = shapely.make_valid(shape(feature["geometry"])), properties
    assert len(found) == len(features)
    return found
