"""Any form, encoding and compression gives the same events; what cannot be read says so."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import polars as pl
import pyarrow as pa
import pytest
import shapely

from hexwatch_etl.mapping import parse_mapping
from hexwatch_etl.sources import read_delivery
from hexwatch_schemas.errors import UnreadableFile

ROWS = "date,x,y,place\n2021-03-04,18.25,4.5,Ndélé\n2021-03-05,18.5,5.25,NA\n"
MAPPING = '[when]\nstart = "date"\n[where]\nlongitude = "x"\nlatitude = "y"\nplace = "place"\n'
SHAPES = '[when]\nstart = "date"\n[where]\nplace = "place"\n'


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
    "zip": lambda data: zipped(**{"a/table.csv": data, "__MACOSX/._table.csv": b"junk", "a/.hidden": b""}),
}
WRITTEN: dict[str, bytes] = {
    "utf-8": ROWS.encode(),
    "utf-8 with mark": ROWS.encode("utf-8-sig"),
    "utf-16": ROWS.encode("utf-16"),
    "windows-1252": ROWS.encode("cp1252"),
    "encoded twice": ROWS.encode().decode("cp1252").encode(),
    "tabs": ROWS.replace(",", "\t").encode(),
    "semicolons": ROWS.replace(",", ";").encode(),
    "bars": ROWS.replace(",", "|").encode(),
    "carriage returns": ROWS.replace("\n", "\r\n").encode(),
    "blank lines": ROWS.replace("\n", "\n\n").encode(),
}


def said(delivery) -> list[tuple]:
    return delivery.events.select("day_from", "longitude", "latitude", "place").rows()


@pytest.mark.parametrize("packing", PACKED)
def test_compression_is_undone(deliver, packing: str) -> None:
    assert said(deliver(PACKED[packing](ROWS.encode()), MAPPING)) == said(deliver(ROWS, MAPPING))


@pytest.mark.parametrize("writing", WRITTEN)
def test_encoding_and_separator_are_recognised(deliver, writing: str) -> None:
    delivery = deliver(WRITTEN[writing], MAPPING)
    assert said(delivery) == said(deliver(ROWS, MAPPING))
    assert delivery.events["place"].to_list() == ["Ndélé", "NA"]  # a text, not a missing value


def test_repairs_and_guesses_are_reported(deliver) -> None:
    assert deliver(WRITTEN["encoded twice"], MAPPING).notes == ("UTF-8 encoded twice was repaired on 1 lines.",)
    assert "Windows-1252" in deliver(WRITTEN["windows-1252"], MAPPING).notes[0]


@pytest.fixture
def shapes() -> gpd.GeoDataFrame:
    data = {"date": ["2021-03-04", "2021-03-05"], "place": ["Ndélé", "NA"]}
    return gpd.GeoDataFrame(data, geometry=gpd.points_from_xy([18.25, 18.5], [4.5, 5.25]), crs="EPSG:4326")


@pytest.mark.parametrize("suffix", ["parquet", "geojson", "gpkg", "shp", "fgb"])
def test_geometry_is_read_from_every_form(tmp_path: Path, deliver, shapes: gpd.GeoDataFrame, suffix: str) -> None:
    path = tmp_path / f"shapes.{suffix}"
    shapes.to_parquet(path) if suffix == "parquet" else shapes.to_file(path)
    delivery = read_delivery(path, mapping=parse_mapping(SHAPES))
    assert sorted(said(delivery)) == sorted(said(deliver(ROWS, MAPPING)))  # FlatGeobuf orders by space


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_packed_features(tmp_path: Path, deliver, shapes: gpd.GeoDataFrame, suffix: str) -> None:
    shapes.to_file(tmp_path / f"shapes.{suffix}")
    data = gzip.compress((tmp_path / f"shapes.{suffix}").read_bytes())
    assert said(deliver(data, SHAPES)) == said(deliver(ROWS, MAPPING))


def test_a_zipped_shapefile(tmp_path: Path, deliver, shapes: gpd.GeoDataFrame) -> None:
    shapes.to_file(tmp_path / "shapes.shp")
    parts = {f"folder/{path.name}": path.read_bytes() for path in tmp_path.glob("shapes.*")}
    assert said(deliver(zipped(**parts), SHAPES)) == said(deliver(ROWS, MAPPING))


def test_a_file_in_metres_says_so_itself(tmp_path: Path, deliver, shapes: gpd.GeoDataFrame) -> None:
    shapes.to_crs("EPSG:32634").to_file(tmp_path / "shapes.gpkg")
    events = deliver((tmp_path / "shapes.gpkg").read_bytes(), SHAPES).events
    assert events["longitude"].to_list() == pytest.approx([18.25, 18.5])
    assert events["latitude"].to_list() == pytest.approx([4.5, 5.25])


def test_shapes_that_are_not_points(tmp_path: Path, deliver) -> None:
    ring = shapely.from_wkt("POLYGON ((0 0, 10 0, 10 10, 9 10, 9 1, 0 1, 0 0))")  # its centroid lies outside
    gpd.GeoDataFrame({"date": ["2021-03-04"], "place": ["a"]}, geometry=[ring], crs=4326).to_file(tmp_path / "a.gpkg")
    delivery = deliver((tmp_path / "a.gpkg").read_bytes(), SHAPES)
    inside = shapely.Point(*delivery.events.select("longitude", "latitude").row(0))
    assert ring.contains(inside)
    assert delivery.notes == ("1 shapes are not points; a point within each is used.",)


def test_typed_parquet_reads_like_its_text(tmp_path: Path, deliver) -> None:
    frame = pl.read_csv(io.StringIO(ROWS), try_parse_dates=True).with_columns(
        whole=pl.Series([1.0, None]), list=[[1], [2]]
    )
    frame.write_parquet(tmp_path / "typed")
    mapping = MAPPING + '[[measures]]\nname = "n"\ntitle = "N"\nunit = "n"\ncolumn = "whole"\n'
    delivery = deliver((tmp_path / "typed").read_bytes(), mapping)
    assert said(delivery) == said(deliver(ROWS, MAPPING))
    assert delivery.events["n"].to_list() == [1, None]


def test_every_type_has_a_text(tmp_path: Path, deliver) -> None:
    values = {
        "date": datetime(2024, 1, 1, 5, 50, 21, tzinfo=UTC),
        "duration": timedelta(days=1),
        "time": time(3),
        "decimal": Decimal("1.5"),
        "flag": True,
        "list": [1],
        "bytes": b"x",
    }
    pl.DataFrame({name: [value] for name, value in values.items()}).write_parquet(tmp_path / "types")
    keep = 'keep = ["duration", "time", "decimal", "flag"]\n'
    event = deliver((tmp_path / "types").read_bytes(), keep + '[when]\nstart = "date"\n').events.row(0, named=True)
    assert event["instant"] == values["date"]
    assert json.loads(event["properties"]) == {"duration": "P1D", "time": "03:00:00", "decimal": "1.5", "flag": "true"}


def test_features_without_a_place_are_unplaced(tmp_path: Path, deliver) -> None:
    points = [shapely.Point(1, 2), None, shapely.Point()]
    gpd.GeoDataFrame({"date": ["2021-01-01"] * 3}, geometry=points, crs=4326).to_file(tmp_path / "a.gpkg")
    events = deliver((tmp_path / "a.gpkg").read_bytes(), '[when]\nstart = "date"\n').events
    assert events.select("longitude", "precision").rows() == [(1.0, "exact"), (None, "country"), (None, "country")]


def test_lines_are_physical(deliver) -> None:
    delivery = deliver('date,x,y\n2021-01-01,1,2\n"2021-01-02",1,"2"\n\n2021-01-03,1\n"20\n21",1,2\n2021-01-05,1,2\n')
    assert delivery.events["line"].to_list() == [2, 3, 8]
    assert delivery.rejects.select("line", "rule").rows() == [(5, "broken-line"), (6, "unreadable-date")]


def test_an_open_quote_costs_one_line(deliver) -> None:
    delivery = deliver('date,x,y\n2021-01-01,1,2\n2021-01-02,1,"2\n2021-01-03,1,2\n2021-01-04,1,2\n')
    assert delivery.events["line"].to_list() == [2, 4, 5]
    assert delivery.rejects.select("line", "rule", "row").rows() == [
        (3, "broken-line", json.dumps({"line": '2021-01-02,1,"2'}))
    ]


def test_names_of_columns_are_made_distinct(deliver) -> None:
    delivery = deliver("date,x,y,,x\n2021-01-01,1,2,,9\n")
    assert delivery.events["longitude"].to_list() == [1.0]
    assert len(delivery.notes) == 2


NO_TABLES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "gzip cut short": (gzip.compress(ROWS.encode())[:-20], "could not be unpacked"),
    "zip cut short": (b"PK\x03\x04 nothing more", "could not be unpacked"),
    "gzip bomb": (gzip.compress(b"a,b\n" * (1 << 20)), "grows beyond"),
    "zip bomb": (zipped(a=bytes(3 << 20)), "grows beyond"),
    "zip of two": (zipped(a=b"date", b=b"date"), "holds a, b"),
    "zip of none": (zipped(), "holds nothing"),
    "parquet cut short": (b"PAR1 and no more", "could not be read as Parquet"),
    "geojson cut short": (b'{"type": "FeatureCollection", "features": [{"ty', "could not be read as GeoJSON"),
    "topojson": (b'{"type": "Topology", "objects": {}, "arcs": []}', "GeoJSON|TopoJSON"),
    "ogr vrt": (b"<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>", "is XML or HTML"),
    "kml": (b"<?xml version='1.0'?><kml/>", "is XML or HTML"),
    "an error page": (b"<!doctype html><title>503</title>", "is XML or HTML"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "binary file"),
    "another database": (b"SQLite format 3\x00" + bytes(100), "binary file"),
    "flatgeobuf cut short": (b"fgb\x03fgb\x00" + bytes(40), "could not be read as FlatGeobuf"),
    "no header": (b'"date,x,y\n', "the header cannot be read"),
}


@pytest.mark.parametrize("kind", NO_TABLES)
def test_what_is_no_table_is_refused(deliver, kind: str) -> None:
    data, reason = NO_TABLES[kind]
    with pytest.raises(UnreadableFile, match=reason) as caught:
        deliver(data)
    assert caught.value.hint


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="could not be read"):
        read_delivery(tmp_path / "missing.csv")


def test_several_layers_need_a_name(tmp_path: Path, deliver, shapes: gpd.GeoDataFrame) -> None:
    for layer in ("one", "two"):
        shapes.to_file(tmp_path / "a.gpkg", layer=layer)
    data = (tmp_path / "a.gpkg").read_bytes()
    with pytest.raises(UnreadableFile, match="has the layers one, two"):
        deliver(data, SHAPES)
    assert deliver(data, SHAPES + '[file]\nlayer = "two"\n').rows_in == 2


def test_a_shapefile_without_its_table(tmp_path: Path, shapes: gpd.GeoDataFrame) -> None:
    shapes.to_file(tmp_path / "shapes.shp")
    (tmp_path / "shapes.dbf").unlink()
    with pytest.raises(UnreadableFile, match=r"lacks its \.dbf"):
        read_delivery(tmp_path / "shapes.shp", mapping=parse_mapping(SHAPES))


def test_a_declared_encoding_that_is_wrong_names_the_line(deliver) -> None:
    with pytest.raises(UnreadableFile, match="line 2: not ascii text"):
        deliver(ROWS, MAPPING + '[file]\nencoding = "ascii"\n')
