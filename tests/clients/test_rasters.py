"""Every client program over real rasters, as WMTS, XYZ and WMS: nothing fails, and the pictures are kept."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image

from clients.grounds import PROGRAMS, options
from clients.outcomes import asked, tried
from clients.test_programs import INSTALLED, JS, PYTHON, SYSTEM
from fixtures.programs import hexwatch
from hexwatch_schemas.hexgrid import HALF_WORLD, mercator

READERS = ("qgis", "gdal36", "gdalwheel", "browser", "owslib")
# Of the files that everybody has; then what an operator says of it.
LOADS = (
    ["drone", "rasters/drone_ortho_pix4d_rgba_utm50s.tif"],
    ["landsat", "rasters/landsat_cog_uint16_utm21n.tif", "--nodata", "1"],
    ["sentinel", "rasters/sentinel2_band1_uint16_utm29n.tif"],
    ["heights", "rasters/srtm_n07_w006_civ_int16.tif"],
    ["basankusu", "rasters/worldpop_2020_1km_basankusu_cod.tif", "--values", "count"],
    ["africa", "rasters/worldpop_africa_2020_20km.tif", "--values", "density", "--resolution", "3"],
)
RASTERS = tuple(dataset for dataset, *_ in LOADS)
DAYS = ("2024-01-05", "2024-03-01")

# OWSLib's own, of lxml.
_TRUTH = "ignore:Truth-testing of elements:FutureWarning"
pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.filterwarnings(_TRUTH),
    pytest.mark.skipif(not INSTALLED, reason="Run by ./run clients."),
]


@pytest.mark.parametrize("raster", RASTERS)
@pytest.mark.parametrize("program", READERS)
def test_a_client_draws_every_raster(
    program: str, raster: str, address: str, shared_clients: Path, pictures: Path, pytestconfig: pytest.Config
) -> None:
    _nothing_wrong(program, _variables(address, raster, pictures), shared_clients, pytestconfig)


def _nothing_wrong(program: str, said: dict[str, str], shared_clients: Path, config: pytest.Config, *more: str) -> None:
    python = Path("/usr/bin/python3") if program in SYSTEM else PYTHON
    command = [python, shared_clients / PROGRAMS[program][0], *options(program, said), *more]
    outcome = tried(config, f"{program}-{said['NAME']}", command, Path(said["OUT"]), dict(os.environ))
    assert outcome.passed, outcome.said
    assert not outcome.surprising, outcome.said


def _variables(address: str, raster: str, out: Path) -> dict[str, str]:
    about = asked(f"{address}/rasters/{raster}")
    west, south, east, north = about["bounds"]
    extent = ",".join(f"{n:.6f}" for n in about["bounds"])
    return {
        "OUT": str(out), "NAME": raster, "BBOX": extent, "EXTENT": extent, "JS": str(JS), "TILESIZE": "256",
        "WMTS": f"{address}/wmts/1.0.0/WMTSCapabilities.xml", "WMTS_LAYER": raster,
        "RASTER": f"{address}/rasters/{raster}/tilejson.json", "WMS": f"{address}/wms", "WMS_LAYER": raster,
        "WMS_BOX": extent,  # OWSLib turns the axes round itself
        "TILE": _tile((west + east) / 2, (south + north) / 2, math.log2(360 / (east - west))),
        "ZOOM_BY": "0",
    }  # fmt: skip


def _tile(longitude: float, latitude: float, zoom: float) -> str:
    zoom = int(zoom)  # a tile about as wide as the raster
    x, y = mercator(np.array([[longitude, latitude]]))[0].tolist()
    size = 2 * HALF_WORLD / 2**zoom
    return f"{zoom}/{int((x + HALF_WORLD) / size)}/{int((HALF_WORLD - y) / size)}"


@pytest.fixture(scope="module")
def store(store: dict[str, str], shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """With two flights of a drone over one place, before the service starts; the later one in inverted colours."""
    hexwatch(store, "load", "flights", *_flights(shared_data / LOADS[0][1], tmp_path_factory.mktemp("flights")))
    return store


def _flights(source: Path, folder: Path) -> Sequence[Path]:
    with rasterio.open(source) as file:
        values, profile = file.read(), file.profile
    files = []
    for at, day in enumerate(DAYS):
        files.append(folder / f"flight_{day}.tif")
        with rasterio.open(files[-1], "w", **profile) as file:
            file.write(np.concatenate([255 - values[:3] if at else values[:3], values[3:]]))
    return files


def _pixels(body: bytes) -> NDArray[np.int16]:
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA")).astype(np.int16)


def _are_opposite(one: NDArray[np.int16], other: NDArray[np.int16]) -> None:
    there = (one[..., 3] == 255) & (other[..., 3] == 255)
    assert there.sum() > 1000
    assert np.abs(one[there][:, :3] + other[there][:, :3] - 255).max() <= 1


def test_owslib_gets_the_flight_of_a_day(address: str, pictures: Path) -> None:
    said = _variables(address, "flights", pictures)
    tiles, maps = WebMapTileService(said["WMTS"]), WebMapService(said["WMS"], version="1.3.0")
    assert [t for t in tiles.contents["flights"].dimensions["Time"]["values"] if t != "default"] == list(DAYS)
    assert maps["flights"].timepositions == list(DAYS)
    z, x, y = said["TILE"].split("/")
    place = {"layer": "flights", "tilematrixset": "WebMercatorQuad", "tilematrix": z, "row": y, "column": x}
    box = tuple(map(float, said["WMS_BOX"].split(",")))
    seen = {
        "wmts": [_pixels(tiles.gettile(**place, style="default", format="image/png", Time=day).read()) for day in DAYS],
        "wms": [
            _pixels(
                maps.getmap(
                    layers=["flights"], styles=[""], srs="EPSG:4326", bbox=box, size=(300, 300), format="image/png",
                    transparent=True, time=day,
                ).read()
            )
            for day in DAYS
        ],
    }  # fmt: skip
    for found in seen.values():
        _are_opposite(*found)


@pytest.mark.parametrize("day", DAYS)
def test_qgis_draws_the_flight_of_a_day(
    day: str, address: str, shared_clients: Path, pictures: Path, pytestconfig: pytest.Config
) -> None:
    said = _variables(address, "flights", pictures) | {"NAME": f"flights-{day}"}
    said |= {"RASTER": f"{said['RASTER']}?datetime={day}"}
    _nothing_wrong("qgis", said, shared_clients, pytestconfig, "--wmts-dim", f"Time={day}")
    drawn = [_small(pictures / f"flights-{day}_{kind}.png") for kind in ("wmts", "xyz")]
    assert np.abs(drawn[0] - drawn[1]).mean() < 5  # that of the other day is 60 away


def _small(picture: Path) -> NDArray[np.int16]:
    """A picture in few pixels: QGIS chooses another zoom for each kind of layer."""
    return np.asarray(Image.open(picture).convert("RGBA").resize((32, 32), Image.Resampling.BOX)).astype(np.int16)
