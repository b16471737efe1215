"""Whatever GeoTIFF comes becomes a valid COG with the same pixels; what is no raster of the Earth is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import numpy as np
import psycopg
import pytest
import rasterio
from affine import Affine
from numpy.testing import assert_array_equal
from psycopg.rows import dict_row
from rasterio.transform import from_origin
from rio_cogeo.cogeo import cog_validate

from fixtures.rasters import KINDS, ramp, write_tiff
from hexwatch_etl.rasters.cog import write_cog
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_etl.rasters.said import Meaning, Said
from hexwatch_schemas.errors import UnreadableFile, UsageError


@pytest.fixture(scope="module")
def conn(module_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_dsn, autocommit=True) as found:
        yield found


def register(conn: psycopg.Connection, dataset: str) -> list[dict]:
    """What is believed of a dataset's files."""
    statement = "select r.* from catalog.raster r join catalog.dataset d on d.number = r.dataset where d.id = %s"
    return conn.cursor(row_factory=dict_row).execute(statement + " and run_to is null", [dataset]).fetchall()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_becomes_a_valid_cog_of_the_same_pixels(conn: psycopg.Connection, tmp_path: Path, kind: str) -> None:
    file = KINDS[kind](tmp_path / "picture.tif")
    done = load_rasters(conn, RasterRequest(kind, (file,), tmp_path / "rasters"))
    (row,) = register(conn, kind)
    cog = tmp_path / "rasters" / row["href"]
    assert (done.status, cog_validate(cog, quiet=True)[0]) == ("published", True)
    with rasterio.open(file) as before, rasterio.open(cog) as after:
        colours = before.count if "alpha" not in [c.name for c in before.colorinterp] else before.count - 1
        shown = list(range(1, colours + 1))
        placed = before.crs is not None  # by a geotransform
        turned = placed and before.transform.e > 0, placed and before.transform.a < 0
        way = tuple(slice(None, None, -1 if t else 1) for t in turned)
        assert_array_equal(after.dataset_mask(), there := before.dataset_mask()[way])  # the COG has north up
        assert_array_equal(after.read(shown) * (there > 0), before.read(shown)[:, *way] * (there > 0))
        assert (after.scales[:colours], after.offsets[:colours]) == (before.scales[:colours], before.offsets[:colours])
        if kind == "colour-table":
            assert after.colormap(1)[2] == (30, 200, 30, 255)
    kept = tmp_path / "rasters" / "originals" / f"{row['original_sha256']}.tif"
    assert kept.read_bytes() == file.read_bytes()
    assert hashlib.sha256(cog.read_bytes()).hexdigest() == row["sha256"]
    assert not list((tmp_path / "rasters").rglob("making-*"))


@pytest.mark.parametrize(("width", "height"), [(512, 600), (1024, 1500), (600, 512), (1023, 2100)])
def test_a_file_as_wide_as_a_block_is_tiled(tmp_path: Path, width: int, height: int) -> None:
    with rasterio.open(write_tiff(tmp_path / "wide.tif", ramp(height=height, width=width))) as source:
        made = write_cog(source, tmp_path, prefix="made", categorical=False)  # raises where it is no valid COG
    with rasterio.open(made) as cog:
        assert cog.block_shapes[0][1] < width
        assert_array_equal(cog.read(), ramp(height=height, width=width))


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32634"])
def test_a_rotated_raster_is_turned(conn: psycopg.Connection, tmp_path: Path, crs: str) -> None:
    """Each of its pixels is found at its place; the corners that are left are empty."""
    corner, size = ((18.4, 4.5), 0.002) if crs == "EPSG:4326" else ((2e5, 5e5), 200)
    turn = Affine.translation(*corner) @ Affine.rotation(30) @ Affine.scale(size, -size)
    values, dataset = ramp(dtype="int16") + 1, f"turned-{crs[5:]}"
    file = write_tiff(tmp_path / "turned.tif", values, crs=crs, transform=turn)
    load_rasters(conn, RasterRequest(dataset, (file,), tmp_path / "rasters"))
    with rasterio.open(tmp_path / "rasters" / register(conn, dataset)[0]["href"]) as cog:
        assert (cog.transform.b, cog.transform.d, cog.dataset_mask().min()) == (0, 0, 0)
        places = [turn * (column + 0.5, row + 0.5) for row in range(5, 90, 7) for column in range(5, 120, 7)]
        found = np.array([v[0] for v in cog.sample(places, indexes=[1])])
    wanted = np.array([values[0, row, column] for row in range(5, 90, 7) for column in range(5, 120, 7)])
    assert (np.abs(found - wanted) % 120 <= 1).mean() > 0.9  # the nearest may be the one beside
    counted = Said(Meaning.COUNT, captured="2024")
    with pytest.raises(UsageError, match="rotated"):
        load_rasters(conn, RasterRequest(f"{dataset}-counted", (file,), tmp_path / "rasters", said=counted))


def test_a_photograph_in_jpeg_keeps_its_colours(conn: psycopg.Connection, tmp_path: Path) -> None:
    """YCbCr inside, as cameras and COGs of imagery have it: what is served is red, green and blue."""
    down, along = np.mgrid[0:300, 0:400] * 0.6
    colours = np.array([along, down, 255 - along]).astype("uint8")
    jpeg = {"photometric": "YCBCR", "compress": "JPEG", "tiled": True}
    load_rasters(conn, RasterRequest("jpeg", (write_tiff(tmp_path / "j.tif", colours, **jpeg),), tmp_path / "rasters"))
    (row,) = register(conn, "jpeg")
    with rasterio.open(tmp_path / "rasters" / row["href"]) as cog:
        assert np.abs(cog.read().astype(int) - colours).mean() < 2
    assert row["rendering"] == {"indexes": [1, 2, 3]}


def test_statistics_are_those_of_rasterio(conn: psycopg.Connection, tmp_path: Path) -> None:
    file = KINDS["int16-nodata"](tmp_path / "heights.tif")
    load_rasters(conn, RasterRequest("heights", (file,), tmp_path / "rasters"))
    (band,) = register(conn, "heights")[0]["bands"]
    values = rasterio.open(file).read(1, masked=True).astype(np.float64)
    said = [band[k] for k in ("minimum", "maximum", "mean", "deviation")]
    assert said == pytest.approx([values.min(), values.max(), values.mean(), values.std()], rel=1e-6)


@pytest.mark.parametrize("nothing", [np.nan, -9999.0])
def test_a_raster_without_a_single_number_has_no_statistics(
    conn: psycopg.Connection, tmp_path: Path, nothing: float
) -> None:
    file = write_tiff(tmp_path / "empty.tif", np.full((1, 90, 120), nothing, "float32"), nodata=-9999)
    load_rasters(conn, RasterRequest(f"empty{nothing:.0f}", (file,), tmp_path / "rasters"))
    (band,) = register(conn, f"empty{nothing:.0f}")[0]["bands"]
    assert band["minimum"] is band["maximum"] is band["mean"] is None


def test_infinite_pixels_do_not_count(conn: psycopg.Connection, tmp_path: Path) -> None:
    values = ramp(dtype="float32")
    values[0, 3, :2] = np.inf, -np.inf
    load_rasters(conn, RasterRequest("ratios", (write_tiff(tmp_path / "r.tif", values),), tmp_path / "rasters"))
    (band,) = register(conn, "ratios")[0]["bands"]
    finite = values[np.isfinite(values)].astype(np.float64)
    said = [band[k] for k in ("minimum", "maximum", "mean", "deviation")]
    assert said == pytest.approx([finite.min(), finite.max(), finite.mean(), finite.std()], rel=1e-9)


def test_the_antimeridian_is_crossed_not_gone_around(conn: psycopg.Connection, tmp_path: Path) -> None:
    load_rasters(conn, RasterRequest("fiji", (KINDS["antimeridian"](tmp_path / "fiji.tif"),), tmp_path / "rasters"))
    found = conn.execute(
        "select bounds, st_area(footprint), st_numgeometries(footprint) from catalog.raster "
    ).fetchall()
    (west, _, east, _), area, parts = next(row for row in found if row[0][0] > row[0][2])
    assert (west, east, area, parts) == (pytest.approx(179), pytest.approx(-178.6), pytest.approx(2.4 * 1.8), 2)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("flight_2024-03-05.tif", "2024-03-05"),
        ("pop_2020_1km.tif", "2020-01-01"),
        ("a1999b.tif", None),
        ("x.tif", None),
    ],
)
def test_a_date_in_the_name_is_when_it_was_taken(
    conn: psycopg.Connection, tmp_path: Path, name: str, day: str | None
) -> None:
    dataset = name.split(".", maxsplit=1)[0].replace("_", "-")
    load_rasters(conn, RasterRequest(dataset, (write_tiff(tmp_path / name, ramp()),), tmp_path / "rasters"))
    taken = register(conn, dataset)[0]["captured_from"]
    assert (taken and f"{taken.astimezone(UTC):%Y-%m-%d}") == day


VRT = """<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
<SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


def _bomb(path: Path) -> Path:
    profile = {"driver": "GTiff", "count": 1, "dtype": "uint8", "width": 60_000, "height": 60_000, "crs": "EPSG:4326"}
    sparse = {"tiled": True, "sparse_ok": True, "compress": "deflate", "transform": from_origin(0, 30, 1e-3, 5e-4)}
    rasterio.open(path, "w", **profile, **sparse).close()
    return path


def _one_block(path: Path) -> Path:
    profile = {"driver": "GTiff", "count": 1, "dtype": "uint8", "width": 20_000, "height": 20_000, "crs": "EPSG:4326"}
    block = {"tiled": True, "blockxsize": 20_480, "blockysize": 20_480, "sparse_ok": True}
    rasterio.open(path, "w", **profile, **block, transform=from_origin(0, 30, 1e-3, 5e-4)).close()
    return path


def _cut_short(path: Path) -> Path:
    write_tiff(path, ramp(height=400, width=400))
    path.write_bytes(path.read_bytes()[:90_000])
    return path


def _complex_whole(path: Path) -> Path:
    profile = {"driver": "GTiff", "count": 1, "dtype": "complex_int16", "width": 9, "height": 9, "crs": "EPSG:4326"}
    with rasterio.open(path, "w", **profile, transform=from_origin(10, 30, 1, 1)) as file:
        file.write(ramp(height=9, width=9).astype("complex64"))
    return path


MOON = "+proj=longlat +a=1737400 +b=1737400 +no_defs"
HOSTILE = {
    "first bytes": lambda p: p.write_text(VRT) and p,
    "could not be read": _cut_short,
    "times its size": _bomb,
    "too many to unpack": _one_block,
    "in which reference system": lambda p: write_tiff(p, ramp(), crs=None),
    "without a place": lambda p: write_tiff(p, ramp(), transform=rasterio.Affine.identity()),
    "not a system of the Earth": lambda p: write_tiff(p, ramp(), crs=rasterio.CRS.from_proj4(MOON)),
    "beyond the Earth": lambda p: write_tiff(p, ramp(), transform=from_origin(10, 300, 1, 1)),
    "complex": lambda p: write_tiff(p, ramp(dtype="complex64")),
    "complex_int16": _complex_whole,
    "colours of CMYK": lambda p: write_tiff(p, ramp(4), photometric="CMYK"),
    "colours of CIELAB": lambda p: write_tiff(p, ramp(3), photometric="CIELAB"),
    "geocentric": lambda p: write_tiff(p, ramp(), crs="EPSG:4978"),
}


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("reason", HOSTILE)
def test_what_is_no_raster_of_the_earth_is_refused_with_a_reason(
    conn: psycopg.Connection, tmp_path: Path, reason: str
) -> None:
    dataset = reason.lower().replace(" ", "-").replace("_", "-")
    file = HOSTILE[reason](tmp_path / "sent.tif")
    with pytest.raises(UnreadableFile, match=reason) as refused:
        load_rasters(conn, RasterRequest(dataset, (file,), tmp_path / "rasters", said=Said()))
    assert str(tmp_path) not in str(refused.value)
    assert register(conn, dataset) == []
    assert not list((tmp_path / "rasters").glob("*.tif"))
