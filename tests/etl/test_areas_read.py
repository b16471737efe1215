"""Area files become valid MultiPolygons on WGS84, or are refused with a reason; every form gives the same."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from hexwatch_etl.areas_read import AreaDelivery, read_areas
from hexwatch_etl.events import REMARK_SCHEMA
from hexwatch_schemas.errors import UnreadableFile, UsageError

SQUARE = shapely.box(20, 5, 21, 6)
BOWTIE = shapely.from_wkt("POLYGON ((22 5, 23 6, 23 5, 22 6, 22 5))")
COLUMNS = ["line", "key", "name", "level", "country", "geometry"]


def frame(*shapes: BaseGeometry | None, crs: str | None = "EPSG:4326", **columns: list) -> gpd.GeoDataFrame:
    """Features with the codes A, B, … unless told."""
    codes = {"code": [chr(65 + number) for number in range(len(shapes))]}
    return gpd.GeoDataFrame(codes | columns, geometry=gpd.GeoSeries(np.array(shapes, dtype=object), crs=crs))


def geojson(path: Path, data: gpd.GeoDataFrame) -> Path:
    path.write_text(data.to_json(drop_id=True))
    return path


def sound(read: AreaDelivery) -> bool:
    """What holds of every delivery."""
    areas = read.areas
    assert list(areas.columns) == COLUMNS
    assert read.rejects.schema == read.remarks.schema == REMARK_SCHEMA
    assert read.rows_in == len(areas) + read.rejects.height
    assert areas.crs == "EPSG:4326"
    assert areas["key"].is_unique
    assert areas[["key", "name"]].notna().to_numpy().all()
    assert set(areas.geom_type) <= {"MultiPolygon"}
    assert not set(read.remarks["line"]) & set(read.rejects["line"])
    return bool(areas.is_valid.all() and not areas.is_empty.any())


# Layer, rows, level, first key, first name, first country, and the area whose outline has to be repaired.
@pytest.mark.parametrize(
    ("layer", "rows", "level", "first", "repaired"),
    [
        ("ne_admin1_mli_lbr_cod_ssd_caf", 62, "adm1", ("MLI-2688", "Timbuktu", "MLI"), None),
        ("ocha_codab_caf_adm1", 17, "adm1", ("CF12", "Lobaye", "CF"), "Haut-Mbomou"),
        ("ne_admin0_10m_africa", 54, "adm0", ("ETH", "Ethiopia", "ETH"), "Egypt"),
    ],
)
def test_real_boundaries(
    shared_data: Path, layer: str, rows: int, level: str, first: tuple, repaired: str | None
) -> None:
    read = read_areas(shared_data / "context/boundaries.gpkg", level=level, layer=layer)
    assert sound(read)
    assert (read.rows_in, len(read.areas)) == (rows, rows)
    assert tuple(read.areas.loc[0, ["key", "name", "country"]]) == first
    assert set(read.areas["level"]) == {level}
    assert read.remarks["rule"].to_list() == (["repaired"] if repaired else [])
    assert all(reason.startswith(f"{repaired}: ") for reason in read.remarks["reason"])


def test_real_countries(shared_data: Path) -> None:
    file = shared_data / "context/ne_countries_50m.geojson"
    read = read_areas(file, level="adm0", key="name")
    assert sound(read)
    assert (read.rows_in, len(read.areas)) == (241, 241)
    assert read.remarks.select("line", "rule").rows() == [
        (240, "parts-dropped")
    ]  # Antarctica has lines beside its land
    # By their numeric codes some have none, and Ashmore and Cartier Islands go by Australia's.
    by_code = read_areas(file, level="adm0")
    assert sound(by_code)
    assert dict(by_code.rejects["rule"].value_counts().iter_rows()) == {"missing-key": 5, "duplicate-key": 1}
    assert "Kosovo: there is no code to know the area by." in by_code.rejects["reason"].to_list()


def test_a_choice_of_layers_is_asked_for(shared_data: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"layers ne_admin0_10m_africa, .*, ocha_codab_caf_adm1"):
        read_areas(shared_data / "context/boundaries.gpkg", level="adm1")
    with pytest.raises(UnreadableFile, match="no layer 'adm9'"):
        read_areas(shared_data / "context/boundaries.gpkg", level="adm1", layer="adm9")


def _zipped(path: Path, data: gpd.GeoDataFrame) -> Path:
    path.with_suffix(".gz").write_bytes(gzip.compress(data.to_json(drop_id=True).encode()))
    return path.with_suffix(".gz")


def _parquet(path: Path, data: pd.DataFrame) -> Path:
    data.to_parquet(path)
    return path


def _ogr(suffix: str) -> Callable[[Path, gpd.GeoDataFrame], Path]:
    def write(path: Path, data: gpd.GeoDataFrame) -> Path:
        data.to_file(path.with_suffix(suffix))
        return path.with_suffix(suffix)

    return write


FORMS = {
    "GeoJSON": geojson,
    "GeoJSON, compressed": _zipped,
    "GeoParquet": _parquet,
    "GeoPackage": _ogr(".gpkg"),
    "Shapefile": _ogr(".shp"),
    "FlatGeobuf": _ogr(".fgb"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same(tmp_path: Path, form: str) -> None:
    data = frame(SQUARE, BOWTIE, name=["Square", "Tie"], country=["Nowhere", None])
    read = read_areas(FORMS[form](tmp_path / "areas", data), level="zone")
    assert sound(read)
    # FlatGeobuf keeps features in an order of its own.
    assert sorted(zip(read.areas["key"], read.areas["name"], read.areas["country"], strict=True)) == [
        ("A", "Square", "Nowhere"),
        ("B", "Tie", None),
    ]
    shapes = dict(zip(read.areas["key"], read.areas.geometry, strict=True))
    assert shapes["A"].equals(SQUARE)
    assert shapes["B"].area == pytest.approx(0.5)
    assert read.remarks["reason"].str.contains("^Tie: .*Self-intersection").to_list() == [True]


@pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:3857", "ESRI:54009"])
def test_any_reference_system_becomes_degrees(tmp_path: Path, crs: str) -> None:
    file = _ogr(".gpkg")(tmp_path / "areas", frame(SQUARE).to_crs(crs))
    read = read_areas(file, level="zone")
    assert sound(read)
    assert shapely.hausdorff_distance(read.areas.geometry[0], SQUARE) < 1e-6


def test_an_unknown_reference_system_is_taken_for_degrees_only_where_it_fits(tmp_path: Path) -> None:
    metres = frame(SQUARE).to_crs(3857).geometry.tolist()
    assert sound(read_areas(_parquet(tmp_path / "degrees", frame(SQUARE, crs=None)), level="zone"))
    with pytest.raises(UnreadableFile, match="reference system"):
        read_areas(_parquet(tmp_path / "metres", frame(*metres, crs=None)), level="zone")


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        (None, "missing-geometry"),
        (shapely.Polygon(), "missing-geometry"),
        (shapely.Point(20, 5), "not-an-area"),
        (shapely.LineString([(20, 5), (21, 6)]), "not-an-area"),
        (shapely.GeometryCollection([shapely.Point(20, 5)]), "not-an-area"),
        (shapely.from_wkt("POLYGON ((20 5, 21 6, 20 5, 20 5))"), "not-an-area"),
        (shapely.box(179, 89, 181, 91), "impossible-coordinates"),
    ],
)
def test_what_is_no_area_is_refused(tmp_path: Path, shape: BaseGeometry | None, rule: str) -> None:
    read = read_areas(_parquet(tmp_path / "areas", frame(SQUARE, shape, name=["Square", "Odd"])), level="zone")
    assert sound(read)
    assert read.areas["key"].tolist() == ["A"]
    assert read.rejects.select("line", "rule").rows() == [(2, rule)]
    assert read.rejects["reason"][0].startswith("Odd: ")
    assert json.loads(read.rejects["row"][0]) == {"key": "B", "name": "Odd", "country": None}


def test_a_code_is_needed_and_belongs_to_one_area(tmp_path: Path) -> None:
    data = frame(SQUARE, SQUARE, SQUARE, SQUARE, code=["A", None, "A", "  "])
    read = read_areas(_parquet(tmp_path / "areas", data), level="zone")
    assert sound(read)
    assert read.rejects.select("line", "rule").rows() == [(2, "missing-key"), (3, "duplicate-key"), (4, "missing-key")]


def test_collections_give_their_polygons(tmp_path: Path) -> None:
    nested = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.GeometryCollection([SQUARE, shapely.box(25, 5, 26, 6)])]
    )
    read = read_areas(_parquet(tmp_path / "areas", frame(nested)), level="zone")
    assert sound(read)
    assert shapely.get_num_geometries(read.areas.geometry[0]) == 2
    assert read.remarks["rule"].to_list() == ["parts-dropped"]


def test_heights_are_left_behind(tmp_path: Path) -> None:
    read = read_areas(_parquet(tmp_path / "areas", frame(shapely.force_3d(SQUARE, 7))), level="zone")
    assert sound(read)
    assert not read.areas.has_z.any()


def test_columns_are_guessed_by_level_and_by_what_tells_areas_apart(tmp_path: Path) -> None:
    data = frame(SQUARE, SQUARE).drop(columns="code")
    data[["ADM1_PCODE", "ADM2_PCODE", "ADM1_EN", "ADM2_EN"]] = [
        ("X1", "X11", "Up", "Left"),
        ("X1", "X12", "Up", "Right"),
    ]
    read = read_areas(_parquet(tmp_path / "areas", data), level="adm2")
    assert read.areas[["key", "name"]].to_numpy().tolist() == [["X11", "Left"], ["X12", "Right"]]
    plain = frame(SQUARE, SQUARE, pcode=["same", "same"], id=[1, 2]).drop(columns="code")
    zones = read_areas(_parquet(tmp_path / "areas", plain), level="zone")
    assert zones.areas[["key", "name"]].to_numpy().tolist() == [["1", "1"], ["2", "2"]]


def test_columns_asked_for_must_be_there(tmp_path: Path) -> None:
    file = _parquet(tmp_path / "areas", frame(SQUARE))
    for asked in ({"key": "kode"}, {"name": "kode"}, {"country": "kode"}):
        with pytest.raises(UsageError, match="no column 'kode'") as found:
            read_areas(file, level="zone", **asked)
        assert found.value.hint == "The file has code."
    with pytest.raises(UsageError, match="looks like a code"):
        read_areas(_parquet(tmp_path / "areas", frame(SQUARE).rename(columns={"code": "colour"})), level="zone")


def test_other_files_are_refused(tmp_path: Path) -> None:
    table, request, empty = tmp_path / "table.csv", tmp_path / "zones.vrt", tmp_path / "zones.gpkg"
    table.write_text("code,wkt\nA,POINT (0 0)\n")
    request.write_text("<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>")
    empty.write_bytes(b"")
    flat = tmp_path / "flat.parquet"
    frame(SQUARE).drop(columns="geometry").to_parquet(flat)
    for file in (table, request, empty, flat, tmp_path / "nowhere.gpkg"):
        with pytest.raises(UnreadableFile) as found:
            read_areas(file, level="zone")
        assert file.name in str(found.value)


_NUMBERS = st.integers(-20, 20)
_RINGS = st.lists(st.tuples(_NUMBERS, _NUMBERS), min_size=3, max_size=8).map(shapely.Polygon)
_POINTS = st.tuples(_NUMBERS, _NUMBERS).map(shapely.Point)
_ANY = st.one_of(st.none(), _RINGS, st.lists(_RINGS, max_size=3).map(shapely.MultiPolygon), _POINTS)


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C", "", None]), _ANY), min_size=1, max_size=6))
def test_every_row_is_an_area_or_has_a_reason(tmp_path_factory: pytest.TempPathFactory, rows: list) -> None:
    codes, shapes = zip(*rows, strict=True)
    file = _parquet(tmp_path_factory.mktemp("any") / "areas", frame(*shapes, code=list(codes)))
    read = read_areas(file, level="zone")
    assert sound(read)
    assert read.rows_in == len(rows)
