"""The pixels that are picked are those that rio-tiler picks, whatever the file and wherever the tile."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from morecantile import tms
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.transform import from_origin
from rasterio.warp import transform
from rio_tiler.io import Reader
from rio_tiler.models import rescale_image
from rio_tiler.utils import get_vrt_transform

from fixtures.rasters import ODD, write_tiff
from hexwatch_etl.rasters.cog import write_cog
from hexwatch_schemas.hexgrid import HALF_WORLD
from hexwatch_service.pictures.cogs import draw, rescaled
from hexwatch_service.pictures.frame import MERCATOR, of_tile
from hexwatch_service.pictures.opened import OpenFiles
from hexwatch_service.pictures.picked import MOST, picked
from hexwatch_service.rasters import RasterFile

QUAD = tms.get("WebMercatorQuad")
PLACES = {"EPSG:4326": (18.4, 4.5), MERCATOR: (2_048_256.5, 501_000.25), "EPSG:32634": (2e5, 5e5), ODD: (-5e4, 5e4)}


ALIGNED = 2 * HALF_WORLD / 256 / 2**14


def registered(path: Path) -> RasterFile:
    """A COG as the register tells it, as far as drawing needs it."""
    with rasterio.open(path) as cog:
        bands = tuple({"index": i, "name": f"b{i}", "scale": 1.0, "offset": 0.0, "unit": ""} for i in cog.indexes)
        colours = [b["index"] for b in bands if cog.colorinterp[b["index"] - 1].name != "alpha"]
        rendering = {"indexes": colours[:3] if len(colours) > 2 else colours[:1]}
        said: dict[str, Any] = {
            "key": path.stem, "href": path.name, "crs": cog.crs.to_string(), "width": cog.width, "height": cog.height,
            "dtype": cog.dtypes[0], "nodata": None,
        }  # fmt: skip
    return RasterFile(
        **said, bounds=(179.0, -90.0, -179.0, 90.0), resolution=1.0, bands=bands, klass="imagery",
        rendering=rendering, taken=None,
    )  # fmt: skip


def as_cog(folder: Path, values: NDArray[Any], **profile: Any) -> Path:
    """A COG as a load writes it."""
    with rasterio.open(write_tiff(folder / "original.tif", values, **profile)) as source:
        return write_cog(source, folder, prefix="made", categorical=False)


@st.composite
def files(draw_: st.DrawFn) -> dict[str, Any]:
    """Values and profiles of rasters of all sizes and systems; every value differs from those beside it."""
    crs = draw_(st.sampled_from(sorted(PLACES)))
    width, height = draw_(st.integers(1, 1400)), draw_(st.integers(1, 1400))
    pixel = draw_(st.sampled_from([0.3, 10.0, 463.0])) / (111_320 if crs == "EPSG:4326" else 1)
    shape = draw_(st.sampled_from([1.0, 0.7, 1.9]))
    x, y = PLACES[crs]
    if crs == MERCATOR and draw_(st.booleans()):  # pixels that lie as those of tiles do, where the last digit decides
        pixel, shape = ALIGNED, 1.0
        x, y = (round(v / 256 / pixel) * 256 * pixel for v in (x, y))
    bands, dtype, nodata = draw_(
        st.sampled_from(
            [
                (1, "uint8", None),
                (1, "int16", -5),
                (3, "uint8", 7),
                (4, "uint8", None),
                (1, "float32", None),
                (6, "uint16", None),
                (5, "int16", -5),
            ]
        )
    )
    values = np.random.default_rng(width * 1400 + height).integers(0, 250, (bands, height, width)).astype(dtype)
    extra = {"photometric": "RGB"} if bands in (3, 4) else {}
    extra |= {"alpha": "yes"} if bands == 4 else {}
    return {
        "values": values,
        "crs": crs,
        "transform": from_origin(x, y, pixel, pixel * shape),
        "nodata": nodata,
    } | extra


@given(files(), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pixels_are_those_of_rio_tiler_at_every_zoom(tmp_path: Path, file: dict[str, Any], x: float, y: float) -> None:
    cog = as_cog(tmp_path, **file)
    opened, register = OpenFiles(tmp_path), registered(cog)
    with warnings.catch_warnings(), Reader(input=str(cog), options={}) as reader:
        warnings.simplefilter("ignore")  # of rio-tiler: empty slices
        west, south, east, north = reader.bounds
        place = transform(reader.crs, "EPSG:4326", [west + x * (east - west)], [south + y * (north - south)])
        longitude, latitude = place[0][0], place[1][0]
        for zoom in range(24):
            tile = QUAD.tile(longitude, latitude, zoom)
            if _minutes(reader, zoom) or not reader.tile_exists(tile.x, tile.y, tile.z):  # which a border may not
                continue
            expected = reader.tile(tile.x, tile.y, zoom, tilesize=256, indexes=register.rendering["indexes"]).array
            (found,) = picked(opened, register, of_tile(zoom, tile.x, tile.y))
            there = ~np.ma.getmaskarray(expected).any(axis=0)
            assert np.array_equal(found.there, there), zoom
            assert np.array_equal(found.values[:, there], expected.data[:, there]), zoom


@pytest.mark.parametrize("shape", [(6, 650, 513), (6, 513, 650)])
def test_an_overview_is_as_much_coarser_as_its_width_tells(tmp_path: Path, shape: tuple[int, ...]) -> None:
    """One of a side of 513 pixels has 257, hardly more than half: rows are counted by it as well."""
    values = np.random.default_rng(1).integers(0, 250, shape).astype("uint16")
    cog = as_cog(tmp_path, values, crs=ODD, transform=from_origin(-5e4, 5e4, 0.3, 0.3))
    opened, register = OpenFiles(tmp_path), registered(cog)
    with Reader(input=str(cog), options={}) as reader:
        west, _, _, north = reader.get_geographic_bounds("EPSG:4326")
        for zoom in (16, 17):
            tile = QUAD.tile(west + 1e-4, north - 1e-4, zoom)
            expected = reader.tile(tile.x, tile.y, zoom, tilesize=256, indexes=(1, 2, 3)).array
            (found,) = picked(opened, register, of_tile(zoom, tile.x, tile.y))
            there = ~np.ma.getmaskarray(expected).any(axis=0)
            assert np.array_equal(found.there, there), zoom
            assert np.array_equal(found.values[:, there], expected.data[:, there]), zoom


def test_pixels_that_lie_as_tiles_do_are_those_of_rio_tiler(tmp_path: Path) -> None:
    """A last digit of a tile's bounds then moves whole rows of pixels."""
    values = np.random.default_rng(1).integers(0, 250, (3, 2048, 2048)).astype("uint8")
    x, y = (round(v / 256 / ALIGNED) * 256 * ALIGNED for v in (2_048_000, 78_000))
    cog = as_cog(tmp_path, values, crs=MERCATOR, transform=from_origin(x, y, ALIGNED, ALIGNED), photometric="RGB")
    opened, register = OpenFiles(tmp_path), registered(cog)
    with warnings.catch_warnings(), Reader(input=str(cog), options={}) as reader:
        warnings.simplefilter("ignore")  # of rio-tiler: empty slices
        for zoom in range(17):
            tile = QUAD.tile(18.48, 0.62, zoom)
            expected = reader.tile(tile.x, tile.y, zoom, tilesize=256).array
            (found,) = picked(opened, register, of_tile(zoom, tile.x, tile.y))
            there = ~np.ma.getmaskarray(expected).any(axis=0)
            assert np.array_equal(found.there, there), zoom
            assert np.array_equal(found.values[:, there], expected.data[:, there]), zoom


@given(
    hnp.arrays(st.sampled_from(["float32", "int16"]), (1, 1, 60), elements=st.integers(-900, 900)),
    st.floats(-99, 99, width=32),
    st.floats(2.0**-10, 99, width=32),
)
def test_ranges_are_those_of_rio_tiler_to_the_level(values: NDArray[Any], low: float, wide: float) -> None:
    """A ramp's neighbours are two levels apart, so that no level may differ: neither at an end of the range."""
    ends = np.array([low, low + wide, np.nextafter(low + wide, -np.inf)]).astype(values.dtype)
    values = np.concatenate([values, values / 7, ends.reshape(1, 1, -1)], axis=2).astype(values.dtype)
    all_there = np.zeros(values.shape, np.bool_)
    expected = rescale_image(np.ma.MaskedArray(values.astype(np.float64), mask=all_there), in_range=[(low, low + wide)])
    assert np.array_equal(rescaled(values, [(low, low + wide)]), expected.data)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32634"])
def test_what_is_seen_through_is_drawn_as_rio_tiler_draws_it(tmp_path: Path, crs: str, dtype: str) -> None:
    most = np.iinfo(dtype).max
    values = np.random.default_rng(1).integers(0, 250, (4, 300, 300)).astype(dtype)
    values[3] = np.linspace(0, most, 300).astype(dtype)
    pixel = 100 / (111_320 if crs == "EPSG:4326" else 1)
    grid = from_origin(*PLACES[crs], pixel, pixel)
    cog = as_cog(tmp_path, values, crs=crs, transform=grid, photometric="RGB", alpha="yes")
    opened, register = OpenFiles(tmp_path), registered(cog)
    with Reader(input=str(cog), options={}) as reader:
        west, south, east, north = reader.get_geographic_bounds("EPSG:4326")
        tile = QUAD.tile((west + east) / 2, (south + north) / 2, 11)
        image = reader.tile(tile.x, tile.y, 11, tilesize=256, indexes=(1, 2, 3))
    picture = draw([register], opened, of_tile(11, tile.x, tile.y))
    seen = cast("NDArray[Any]", image.alpha_mask) // (most // 255)
    assert np.array_equal(picture[..., 3], seen)
    assert len(np.unique(seen)) > 50
    assert np.array_equal(np.moveaxis(picture[..., :3], -1, 0)[:, seen > 0], image.array.data[:, seen > 0])


def _minutes(reader: Reader, zoom: int) -> bool:
    """Whether rio-tiler would take that long: of some bands, or with a number for nothing, it makes grids whole."""
    dataset = cast("DatasetReader", reader.dataset)
    _, width, height = get_vrt_transform(dataset, QUAD.xy_bounds(QUAD.tile(18.4, 4.5, zoom)), 256, 256)
    coarsest = max(dataset.overviews(1), default=1)
    whole = dataset.nodata is not None or dataset.count > 4
    return whole and width * height > coarsest**2 * MOST


@pytest.mark.parametrize("zoom", [3, 6, 9, 12])
def test_beyond_180_a_raster_is_the_same_as_one_that_begins_there(tmp_path: Path, zoom: int) -> None:
    values = (np.add.outer(np.arange(900), np.arange(1400)) % 251).astype("uint8")[np.newaxis]
    over, under = (as_cog(tmp_path, values, transform=from_origin(x, -16, 0.0015, 0.0015)) for x in (179, -181))
    opened = OpenFiles(tmp_path)
    for longitude in (179.7, -179.7):
        tile = QUAD.tile(longitude, -16.5, zoom)
        one, other = (draw([registered(f)], opened, of_tile(zoom, tile.x, tile.y)) for f in (over, under))
        assert one[..., 3].any()
        assert np.array_equal(one, other)
