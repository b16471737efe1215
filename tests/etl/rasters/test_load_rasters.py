"""Loads of rasters: idempotent, owned, replaced by name, asked about where their numbers are ambiguous."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
import pytest
import rasterio
from rasterio.transform import from_origin
from rio_cogeo.cogeo import cog_validate

from fixtures.command import Outcome
from fixtures.rasters import ramp, write_tiff
from hexwatch_etl.catalogue import Description
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_etl.rasters.said import Meaning, Said
from hexwatch_schemas.errors import UsageError


@pytest.fixture(scope="module")
def conn(module_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_dsn, autocommit=True) as found:
        yield found


def amount(conn: psycopg.Connection, dataset: str, measure: str, resolution: int) -> float:
    """Sum over all cells of a resolution."""
    row = conn.execute(
        "select sum(f.amount::float8 / m.scale) from hex.fact f join catalog.dataset d on d.number = f.dataset"
        " join catalog.measure m on m.dataset = f.dataset and m.position = f.measure"
        " where d.id = %s and m.name = %s and f.resolution = %s",
        (dataset, measure, resolution),
    ).fetchone()
    return row[0] if row else 0.0


def test_twice_changes_nothing_and_another_file_of_that_name_replaces(conn: psycopg.Connection, tmp_path: Path) -> None:
    file = write_tiff(tmp_path / "flight.tif", ramp())
    asked = RasterRequest("flights", (file,), tmp_path / "rasters")
    first, again = load_rasters(conn, asked), load_rasters(conn, asked)
    assert [(r.status, r.release) for r in (first, again)] == [("published", 1), ("unchanged", None)]
    write_tiff(file, ramp() + 1)
    third = load_rasters(conn, asked)
    assert (third.events_opened, third.events_closed, third.release) == (1, 1, 2)
    other = write_tiff(tmp_path / "other.tif", ramp())
    assert load_rasters(conn, RasterRequest("flights", (other,), tmp_path / "rasters")).events_closed == 0
    last = load_rasters(conn, RasterRequest("flights", (other,), tmp_path / "rasters", replace=True))
    assert (last.events_opened, last.events_closed, last.release) == (0, 1, 4)


def test_people_are_asked_what_the_numbers_mean(conn: psycopg.Connection, tmp_path: Path) -> None:
    file = write_tiff(tmp_path / "people_2020.tif", np.full((1, 20, 20), 50, "float32"))
    with pytest.raises(UsageError, match=r"sums to 20,000 people.*say --values count, or --values density"):
        load_rasters(conn, RasterRequest("people", (file,), tmp_path / "rasters", said=Said(klass="population")))
    told = RasterRequest("people", (file,), tmp_path / "rasters", said=Said(klass="population", unit="people/km²"))
    load_rasters(conn, told)
    assert amount(conn, "people", "population", 7) == pytest.approx(50 * (20 * 0.2226) ** 2, rel=0.01)


def test_hexagons_need_a_day_and_no_overlap(conn: psycopg.Connection, tmp_path: Path) -> None:
    files = [write_tiff(tmp_path / f"{n}.tif", ramp()) for n in ("one", "two")]
    count = Said(meaning=Meaning.COUNT)
    with pytest.raises(UsageError, match="does not tell its day"):
        load_rasters(conn, RasterRequest("herds", tuple(files), tmp_path / "rasters", said=count))
    with pytest.raises(UsageError, match="would count twice"):
        load_rasters(
            conn, RasterRequest("herds", tuple(files), tmp_path / "rasters", said=Said(Meaning.COUNT, captured="2021"))
        )
    east = write_tiff(tmp_path / "two.tif", ramp(), transform=from_origin(18.64, 4.5, 0.002, 0.002))
    said = Said(Meaning.COUNT, captured="2021")
    done = load_rasters(conn, RasterRequest("herds", (files[0], east), tmp_path / "rasters", said=said))
    assert done.release == 1
    assert amount(conn, "herds", "total", 3) == pytest.approx(2 * float(ramp().sum()))


def test_real_people_add_up(conn: psycopg.Connection, tmp_path: Path, shared_data: Path) -> None:
    count, density = (
        shared_data / "rasters" / name
        for name in ("worldpop_2020_1km_basankusu_cod.tif", "worldpop_africa_2020_20km.tif")
    )
    folder, coarse = tmp_path / "rasters", Description(resolution=3)
    load_rasters(conn, RasterRequest("basankusu", (count,), folder, said=Said(Meaning.COUNT)))
    load_rasters(conn, RasterRequest("africa", (density,), folder, description=coarse, said=Said(Meaning.DENSITY)))
    assert [amount(conn, "basankusu", "population", r) for r in (1, 4, 7)] == pytest.approx([496_266.616] * 3, abs=1e-3)
    assert amount(conn, "africa", "population", 3) == pytest.approx(1_212e6, rel=2e-3)


def test_every_real_file_becomes_a_valid_cog_with_rasterios_statistics(
    conn: psycopg.Connection, tmp_path: Path, shared_data: Path
) -> None:
    files = sorted((shared_data / "rasters").glob("*.tif"))
    done = load_rasters(conn, RasterRequest("all", tuple(files), tmp_path / "rasters"))
    assert done.rows_loaded == len(files) >= 6
    assert [n for n in done.notes if "--nodata" in n] == [
        "Much of it, and its corners, is 1: where that means nothing, say --nodata 1."  # Landsat's
    ]
    cogs = sorted((tmp_path / "rasters").glob("*.tif"))
    assert [cog_validate(cog, quiet=True)[0] for cog in cogs] == [True] * len(files)
    rows = dict(conn.execute("select original, bands from catalog.raster where run_to is null").fetchall())
    for file in files:
        with rasterio.open(file) as source:
            for band in rows[file.name]:
                values = source.read(band["index"], masked=True).astype(np.float64)
                if source.count == 4:
                    values = np.ma.MaskedArray(values, source.read(4) == 0)
                assert (band["mean"], band["deviation"]) == pytest.approx((values.mean(), values.std()), rel=1e-6)


def test_a_number_for_nothing_that_the_file_does_not_name(conn: psycopg.Connection, tmp_path: Path) -> None:
    values = ramp() + 1
    values[0, :, :30] = values[0, :, -30:] = 0
    file = write_tiff(tmp_path / "scene.tif", values)
    asked = RasterRequest("scene", (file,), tmp_path / "rasters")
    assert any("--nodata 0" in note for note in load_rasters(conn, asked).notes)
    done = load_rasters(conn, replace(asked, said=Said(nodata=0)))
    assert (done.release, any("--nodata" in note for note in done.notes)) == (2, False)
    row = conn.execute("select href, bands from catalog.raster where key = 'scene' and run_to is null").fetchone()
    assert row
    assert row[1][0]["minimum"] == 1
    with rasterio.open(tmp_path / "rasters" / row[0]) as cog:
        assert (cog.dataset_mask() > 0).mean() == 0.5


def test_the_command_knows_a_raster_by_its_content(cli: Callable[..., Outcome], dsn: str, tmp_path: Path) -> None:
    file = write_tiff(tmp_path / "renamed.csv", ramp())
    done = cli("load", "picture", file, dsn=dsn)
    assert (done.code, "imagery, 120 x 90 uint8" in done.stdout) == (0, True)
    (tmp_path / "trick.tif").write_text("<VRTDataset/>")
    assert cli("load", "trick", "trick.tif", "--kind", "raster", dsn=dsn).code == 1
