"""Rasters over HTTP: by id only, in the pixels of rio-tiler, within limits."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

import numpy as np
import psycopg
import pytest
import rasterio
from fastapi.testclient import TestClient
from morecantile import tms
from numpy.typing import NDArray
from PIL import Image
from pydantic import SecretStr
from rasterio.transform import from_origin
from rio_tiler.colormap import cmap
from rio_tiler.io import Reader

from fixtures.rasters import KINDS, ramp, write_tiff
from fixtures.service import BASE
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_etl.rasters.said import Meaning, Said
from hexwatch_schemas.settings import Settings
from hexwatch_service.app import create_app

QUAD = tms.get("WebMercatorQuad")


def pixels(body: bytes) -> NDArray[np.int16]:
    """Red, green, blue and opacity (height, width, 4) of a picture."""
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA")).astype(np.int16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(module_dsn: str, folder: Path) -> Iterator[TestClient]:
    with psycopg.connect(module_dsn, autocommit=True) as conn:
        for kind, make in KINDS.items():
            load_rasters(conn, RasterRequest(kind, (make(folder / f"{kind}.tif"),), folder / "rasters"))
        days = enumerate(("2024-01-05", "2024-03-01"))
        flights = [write_tiff(folder / f"flight_{d}.tif", ramp() % (251 - 90 * n)) for n, d in days]
        load_rasters(conn, RasterRequest("flights", tuple(flights), folder / "rasters"))
        people = write_tiff(folder / "people.tif", np.full((1, 90, 120), 3, "float32"))
        sides = [
            write_tiff(
                folder / f"{n}.tif",
                ramp(dtype="int16") + 300 * n,
                transform=from_origin(18.4 + 0.24 * n, 4.5, 0.002, 0.002),
            )
            for n in range(2)
        ]
        load_rasters(conn, RasterRequest("sides", tuple(sides), folder / "rasters"))
        said = Said(Meaning.COUNT, klass="population", captured="2020")
        load_rasters(conn, RasterRequest("people", (people,), folder / "rasters", said=said))
    chosen = Settings(data_folder=folder, database_url=SecretStr(module_dsn), base_url=BASE)  # pyright: ignore[reportCallIssue]
    with TestClient(create_app(chosen), raise_server_exceptions=False) as found:
        yield found


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:Adjusting dataset")  # of rio-tiler
@pytest.mark.parametrize("kind", KINDS)
def test_tiles_are_those_of_rio_tiler_within_one_level(client: TestClient, folder: Path, kind: str) -> None:
    about = client.get(f"/rasters/{kind}").json()
    (file,) = about["files"]
    drawn, (west, south, east, north) = file["rendering"], file["bounds"]
    middle = (west + (east - west) % 360 / 2 + 180) % 360 - 180
    for zoom in range(max(0, about["maxzoom"] - 3), about["maxzoom"] + 2):
        x, y, z = QUAD.tile(middle, (south + north) / 2, zoom)
        found = client.get(f"/rasters/{kind}/tiles/{z}/{x}/{y}.png")
        assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
        if kind in ("antimeridian", "from-0-to-360"):
            continue  # rio-tiler draws one side only; see below
        with Reader(input=str(next((folder / "rasters").glob(_href(client, kind)))), options={}) as reader:
            image = reader.tile(x, y, z, tilesize=256, indexes=drawn["indexes"], unscale=kind == "scaled")
        if "rescale" in drawn:
            image.rescale(drawn["rescale"])
        colours = {int(k): tuple(c) for k, c in drawn.get("colormap", {}).items()}
        named = cmap.get(drawn["colormap_name"]) if "colormap_name" in drawn else colours or None
        expected = pixels(image.render(img_format="PNG", colormap=named))
        here, shown = pixels(found.content), expected[..., 3] > 0
        assert np.array_equal(here[..., 3] > 0, shown)
        assert np.abs(here - expected)[shown].max(initial=0) <= 1


def _href(client: TestClient, raster: str) -> str:
    state = cast("Any", client.app).api.state.hexwatch
    return state.rasters[raster].first.href


def test_the_antimeridian_is_drawn_on_both_sides(client: TestClient) -> None:
    for longitude in (179.5, -179.5):
        x, y, z = QUAD.tile(longitude, -16.5, 8)
        found = pixels(client.get(f"/rasters/antimeridian/tiles/{z}/{x}/{y}.png").content)
        assert found[..., 3].any(), longitude


def test_a_legend_has_the_colours_of_the_pixels(client: TestClient) -> None:
    legend = client.get("/rasters/float-nan/legend.json").json()
    assert len(legend["classes"]) == 6
    x, y, z = QUAD.tile(18.5, 4.4, 12)
    picture = pixels(client.get(f"/rasters/float-nan/tiles/{z}/{x}/{y}.png").content)
    colours = {"#" + bytes(c[:3].astype(np.uint8)).hex() for c in picture.reshape(-1, 4) if c[3]}
    assert {row["color"] for row in legend["classes"]} <= colours
    for ending, media in (("svg", "image/svg+xml"), ("png", "image/png")):
        assert client.get(f"/rasters/float-nan/legend.{ending}").headers["content-type"] == media


def test_a_legend_of_classes_has_those_that_occur(client: TestClient) -> None:
    shown = {row["label"]: row["color"] for row in client.get("/rasters/colour-table/legend.json").json()["classes"]}
    assert shown == {"0": "#000000", "1": "#c81e1e", "2": "#1ec81e", "3": "#1e1ec8"}


def test_numbers_of_a_legend_can_be_read(client: TestClient) -> None:
    labels = [row["label"] for row in client.get("/rasters/uint16/legend.json").json()["classes"]]
    assert labels == ["36", "470", "904", "1,337", "1,771", "2,205"]


def test_time_chooses_a_flight(client: TestClient) -> None:
    x, y, z = QUAD.tile(18.5, 4.4, 12)
    address = f"/rasters/flights/tiles/{z}/{x}/{y}.png"
    newest, old, new = (client.get(address + q).content for q in ("", "?datetime=2024-01", "?datetime=2024-03-01"))
    assert newest == new != old
    assert client.get("/rasters/flights").json()["times"] == ["2024-01-05", "2024-03-01"]
    assert client.get(address + "?datetime=1999").status_code == 404
    assert client.get(address + "?datetime=banana").status_code == 400


def test_titilers_endpoints_answer_by_id(client: TestClient) -> None:
    values = ramp(dtype="int16")
    point = client.get("/rasters/int16-nodata/point/18.401,4.499").json()
    assert point["values"] == [int(values[0, 0, 0]) - 20]
    told = client.get("/rasters/uint8/statistics").json()["b1"]
    assert (told["min"], told["max"]) == (0, 250)
    square = [[18.4, 4.4], [18.5, 4.4], [18.5, 4.5], [18.4, 4.5], [18.4, 4.4]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    part = client.post("/rasters/uint8/statistics", json=feature).json()["properties"]["statistics"]["b1"]
    assert part["mean"] == pytest.approx(ramp()[0, :50, :50].mean(), rel=1e-6)
    download = client.get("/rasters/float-nan/bbox/18.45,4.35,18.5,4.4.tif")
    assert download.headers["content-type"].startswith("image/tiff")
    with rasterio.MemoryFile(download.content) as memory, memory.open() as file:
        assert file.dtypes[0] == "float32"
    assert pixels(client.get("/rasters/six-bands/preview.png?max_size=64").content).shape[1] == 64
    assert client.get("/rasters/uint8/info").json()["dtype"] == "uint8"
    assert len(client.get("/rasters/uint8/tiles").json()["tilesets"]) > 5
    assert client.get("/rasters/uint8/tiles/WorldCRS84Quad/9/564/242.png").status_code == 200


def test_files_side_by_side_are_read_as_one(client: TestClient) -> None:
    whole = np.concatenate([ramp(dtype="int16")[0], ramp(dtype="int16")[0] + 300], axis=1)
    west, east = (client.get(f"/rasters/sides/point/{x},4.499").json()["values"] for x in (18.401, 18.641))
    assert (west, east) == ([whole[0, 0]], [whole[0, 120]])
    told = client.get("/rasters/sides/statistics").json()["b1"]
    assert (told["min"], told["max"], told["mean"]) == (0, 550, pytest.approx(whole.mean(), rel=1e-6))
    assert pixels(client.get("/rasters/sides/preview.png").content).shape == (90, 240, 4)
    square = [[18.6, 4.4], [18.7, 4.4], [18.7, 4.5], [18.6, 4.5], [18.6, 4.4]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    part = client.post("/rasters/sides/statistics", json=feature).json()["properties"]["statistics"]["b1"]
    assert part["mean"] == pytest.approx(whole[:50, 100:150].mean(), rel=1e-6)
    with rasterio.MemoryFile(client.get("/rasters/sides/bbox/18.6,4.4,18.7,4.5.tif").content) as memory:
        assert np.array_equal(memory.open().read(1), whole[:50, 100:150])
    many = {"type": "FeatureCollection", "features": [feature] * 51}
    assert client.post("/rasters/sides/statistics", json=many).status_code == 400
    about = client.get("/rasters/sides/info").json()
    assert (about["width"], about["height"], about["bounds"]) == (240, 90, pytest.approx([18.4, 4.32, 18.88, 4.5]))
    assert client.get("/rasters/sides/preview.png?resampling=cubic").status_code == 400


def test_a_histogram_counts_the_pixels_that_are_there(client: TestClient) -> None:
    (band,) = client.get("/rasters/int16-nodata/histogram?bins=10").json()["bands"]
    values = np.delete(ramp(dtype="int16")[0] - 20, slice(5, 9), axis=0)
    counts, edges = np.histogram(values, 10)
    assert (band["counts"], band["edges"]) == (counts.tolist(), edges.tolist())
    assert len(client.get("/rasters/six-bands/histogram?bidx=1&bidx=5").json()["bands"]) == 2
    assert client.get("/rasters/uint8/histogram?bins=9999").status_code == 400


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/rasters/nobody", 404),
        ("/rasters/nobody/info", 404),
        ("/rasters/uint8/info?url=/etc/passwd", 400),
        ("/rasters/%2Fetc%2Fpasswd/info", 404),
        ("/rasters/file:%2F%2F%2Fetc/info", 404),
        ("/rasters/uint8/preview.png?max_size=20000", 400),
        ("/rasters/uint8/preview/20000x20000.png", 400),
        ("/rasters/uint8/bbox/18,4,19,5/20000x20000.png", 400),
        ("/rasters/uint8/preview.png?expression=b1*b1", 400),
        ("/rasters/uint8/preview.png?algorithm=hillshade", 400),
        ("/rasters/uint8/preview.png?bidx=9", 400),
        ("/rasters/uint8/bbox/-180,-80,180,80.png", 400),
        ("/rasters/uint8/preview.png?max_size=banana", 400),
        ("/rasters/uint8/point/0,0", 404),
        ("/rasters/uint8/point/nan,4", 400),
        ("/rasters/uint8/tiles/-1/0/0.png", 404),
        ("/rasters/uint8/tiles/1000/0/0.png", 404),
        ("/rasters/uint8/tiles/3/-1/0.png", 404),
        ("/rasters/uint8/tiles/3/0/99999999999999999999999999.png", 404),
        ("/rasters/uint8/tiles/Nowhere/3/0/0.png", 404),
        ("/rasters/uint8/tiles/3/0/0.exe", 400),
    ],
)
def test_what_is_wrong_is_refused_and_tells_nothing(client: TestClient, address: str, status: int) -> None:
    found = client.get(address)
    assert found.status_code == status, found.text
    assert not any(word in found.text for word in ("Traceback", "/etc/passwd", "rasters/orig", ".tif"))
    assert found.headers["cache-control"] == "no-store"


def test_wmts_has_everything_in_one_document(client: TestClient) -> None:
    names = {"w": "http://www.opengis.net/wmts/1.0", "o": "http://www.opengis.net/ows/1.1"}
    root = ElementTree.fromstring(client.get("/wmts/1.0.0/WMTSCapabilities.xml").content)  # noqa: S314 (our own)
    layers = {layer.findtext("o:Identifier", namespaces=names): layer for layer in root.iterfind(".//w:Layer", names)}
    assert {"flights", "people", "people.population"} <= layers.keys()
    times = [v.text for v in layers["flights"].iterfind("w:Dimension/w:Value", names)]
    assert times == ["default", "2024-01-05", "2024-03-01"]
    x, y, z = QUAD.tile(18.5, 4.4, 12)
    keys = "service=WMTS&version=1.0.0&style=default&format=image/png&tilematrixset=WebMercatorQuad"
    by_key = client.get(
        f"/wmts?{keys}&REQUEST=GetTile&layer=flights&tilematrix={z}&tilerow={y}&tilecol={x}&TIME=2024-01-05"
    )
    by_place = client.get(f"/wmts/1.0.0/flights/default/2024-01-05/WebMercatorQuad/{z}/{y}/{x}.png")
    assert (
        by_key.content
        == by_place.content
        == client.get(f"/rasters/flights/tiles/{z}/{x}/{y}.png?datetime=2024-01").content
    )
    template = client.get(f"/wmts/1.0.0/flights/default/{{Time}}/WebMercatorQuad/{z}/{y}/{x}.png")
    assert template.content == client.get(f"/rasters/flights/tiles/{z}/{x}/{y}.png").content


@pytest.mark.parametrize(
    ("version", "system", "box"),
    [("1.3.0", "crs=EPSG:4326", "4.32,18.4,4.5,18.64"), ("1.3.0", "crs=CRS:84", "18.4,4.32,18.64,4.5"),
     ("1.1.1", "srs=EPSG:4326", "18.4,4.32,18.64,4.5")],
)  # fmt: skip
def test_wms_draws_tells_and_explains(client: TestClient, version: str, system: str, box: str) -> None:
    said = f"/wms?service=WMS&version={version}&{system}&bbox={box}&width=120&height=90&styles="
    drawn = client.get(f"{said}&request=GetMap&layers=uint8&format=image/png&transparent=true")
    picture = pixels(drawn.content)
    assert np.abs(picture[..., 0] - _grey(client)).max() <= 1
    place = "i=7&j=3" if version == "1.3.0" else "x=7&y=3"
    asked = f"{said}&request=GetFeatureInfo&layers=uint8&query_layers=uint8&{place}"
    info = client.get(f"{asked}&info_format=application/json")
    assert info.json()["uint8"]["files"][0]["values"] == {"b1": float(ramp()[0, 3, 7])}
    legend = client.get(f"/wms?service=WMS&version={version}&request=GetLegendGraphic&layer=uint8&format=image/png")
    assert pixels(legend.content).shape[0] > 100
    capabilities = client.get(f"/wms?service=WMS&version={version}&request=GetCapabilities")
    assert ElementTree.fromstring(capabilities.content).attrib["version"] == version  # noqa: S314
    assert b"ServiceException" in client.get(f"{said}&request=GetMap&layers=nobody&format=image/png").content


WORLD = 20037508.342789244


@pytest.mark.parametrize("turn", [-2, -1, 0, 1])
def test_a_map_past_180_shows_what_is_there(client: TestClient, turn: int) -> None:
    """Whichever turn of the Earth a client counts in, and across two of them."""
    said = "/wms?service=WMS&version=1.3.0&styles=&request=GetMap&format=image/png&transparent=true"
    west = 179 + 360 * turn
    box = f"crs=CRS:84&bbox={west},-17.8,{west + 2.4},-16&width=120&height=90"
    drawn = pixels(client.get(f"{said}&layers=antimeridian&{box}").content)
    assert np.abs(drawn[..., 0] - _grey(client)).max() <= 1
    assert drawn[..., 3].all()
    asked = f"{said}&{box}".replace("GetMap", "GetFeatureInfo")
    info = client.get(f"{asked}&layers=antimeridian&query_layers=antimeridian&i=100&j=3").json()
    assert info["antimeridian"]["files"][0]["values"] == {"b1": float(ramp()[0, 3, 100])}
    side = 2 * WORLD / 2**8  # of a tile of zoom 8; the second of two lies beyond 180
    left, top = (2 * turn + 1) * WORLD - side, side * -11
    box = f"crs=EPSG:3857&bbox={left},{top - side},{left + 2 * side},{top}&width=512&height=256"
    both = pixels(client.get(f"{said}&layers=antimeridian&{box}").content)
    for x, half in ((255, both[:, :256]), (0, both[:, 256:])):
        assert np.array_equal(half, pixels(client.get(f"/rasters/antimeridian/tiles/8/{x}/139.png").content))
    assert both[..., 3].any()


def test_a_map_far_out_or_wider_than_the_earth_is_drawn(client: TestClient) -> None:
    said = "/wms?service=WMS&version=1.3.0&styles=&request=GetMap&format=image/png&transparent=true&crs=CRS:84"
    world = pixels(client.get(f"{said}&layers=from-0-to-360&bbox=-180,-90,180,90&width=360&height=180").content)
    three = pixels(client.get(f"{said}&layers=from-0-to-360&bbox=-540,-100,540,100&width=1080&height=200").content)
    assert all(np.array_equal(three[10:190, at : at + 360], world) for at in (0, 360, 720))
    far = client.get(f"{said}&layers=from-0-to-360&bbox=1e9,-90,1e10,90&width=360&height=180")
    assert (far.status_code, pixels(far.content).any()) == (200, False)


def _grey(client: TestClient) -> NDArray[np.int16]:
    (low, high) = client.get("/rasters/uint8").json()["files"][0]["rendering"]["rescale"][0]
    return ((ramp()[0].clip(low, high) - low) / (high - low) * 255).astype(np.int16)
