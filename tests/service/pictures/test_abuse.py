"""Rasters under attack: nothing but the register is read, nothing is asked of another host, and work has limits."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import numpy as np
import psycopg
import pytest
import rasterio
from fastapi.testclient import TestClient
from pydantic import SecretStr
from rasterio.transform import from_origin

from fixtures.rasters import ramp, write_tiff
from fixtures.service import BASE
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_schemas.errors import UnreadableFile
from hexwatch_schemas.settings import Settings
from hexwatch_service.app import create_app

MARK = "words-of-a-file"
VRT = """<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
<SourceFilename>{}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""
MRF = '<MRF_META><CachedSource><Source>{}</Source></CachedSource><Raster><Size x="9" y="9" c="1"/></Raster></MRF_META>'
WMS = '<GDAL_WMS><Service name="TMS"><ServerUrl>{}</ServerUrl></Service></GDAL_WMS>'
CURL = '{{"url": "{}", "http_version": "1.1"}}'


class Canary(BaseHTTPRequestHandler):
    """Says who came, and sends everybody on to another address of its own."""

    seen: list[str]

    def do_GET(self) -> None:
        """Note the visit."""
        self.seen.append(self.path)
        self.send_response(302)
        self.send_header("location", "/elsewhere.tif")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815 (named by the library)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named by the library)
        """Not on the terminal."""


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and the paths that were asked for there."""
    handler = type("Counting", (Canary,), {"seen": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", cast("Any", handler).seen
        server.shutdown()


@pytest.fixture(scope="module")
def client(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("data")
    file = write_tiff(folder / "ours.tif", ramp(height=900, width=1200))
    with psycopg.connect(module_dsn, autocommit=True) as conn:
        load_rasters(conn, RasterRequest("ours", (file,), folder / "rasters"))
    chosen = Settings(data_folder=folder, database_url=SecretStr(module_dsn), base_url=BASE)  # pyright: ignore[reportCallIssue]
    with TestClient(create_app(chosen), raise_server_exceptions=False) as found:
        yield found


def refused(dsn: str, file: Path) -> str:
    """Why a load refuses a file."""
    with psycopg.connect(dsn, autocommit=True) as conn, pytest.raises(UnreadableFile) as error:
        load_rasters(conn, RasterRequest("tricks", (file,), file.parent / "rasters"))
    assert not list((file.parent / "rasters").rglob("*.tif"))
    return str(error.value)


@pytest.mark.parametrize("kind", ["info", "preview.png", "tiles/0/0/0.png", "statistics"])
def test_abuse_07_a_path_that_exists_is_answered_as_one_that_does_not(client: TestClient, kind: str) -> None:
    for one, other in (
        ("/etc/passwd", "/etc/nobody"), ("file:///etc/passwd", "file:///etc/nobody"), ("/etc", "/etd"),
        ("../../etc/passwd", "../../etc/nobody"), ("C:/passwd", "C:/nobody"), ("/vsizip//etc/a", "/vsizip//etc/b"),
    ):  # fmt: skip
        answers = [client.get(f"/rasters/{quote(name, safe='')}/{kind}") for name in (one, other)]
        assert [a.status_code for a in answers] == [404, 404]
        assert answers[0].text.replace(one, other) == answers[1].text.replace(one, other)


@pytest.mark.parametrize("text", [VRT, MRF, WMS, CURL], ids=["VRT", "MRF", "WMS", "vsicurl header"])
@pytest.mark.parametrize("named", ["trick.tif", "trick.mrf", "trick.vrt"])
def test_abuse_08_and_11_files_that_name_files_are_never_read(dsn: str, tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "secret.tif").write_text(MARK)
    (tmp_path / named).write_text(text.format(tmp_path / "secret.tif"))
    said = refused(dsn, tmp_path / named)
    assert "first bytes" in said
    assert MARK not in said


def test_abuse_08_a_vrt_in_an_address_is_never_read(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(MARK)
    found = client.get(f"/rasters/{quote(VRT.format(tmp_path / 'secret.txt'), safe='')}/info")
    assert (found.status_code, MARK in found.text) == (404, False)


def test_abuse_09_and_10_no_address_is_followed(
    client: TestClient, dsn: str, tmp_path: Path, canary: tuple[str, list[str]]
) -> None:
    address, seen = canary
    for name in (f"{address}/a.tif", f"/vsicurl/{address}/a.tif", f"/vsizip//vsicurl/{address}/a.zip/a.tif"):
        for path in (f"/rasters/{quote(name, safe='')}/info", f"/rasters/ours/info?url={quote(name)}"):
            assert client.get(path).status_code in (400, 404)
        assert client.get(f"/wms?request=GetMap&layers={quote(name)}&styles=").status_code in (400, 404)
    for at, text in enumerate((VRT, MRF, WMS, CURL)):
        (tmp_path / f"{at}.tif").write_text(text.format(f"/vsicurl/{address}/{at}.tif"))
        refused(dsn, tmp_path / f"{at}.tif")
    assert seen == []
    assert client.get("/rasters/ours/info/", follow_redirects=False).status_code == 404


def test_abuse_11_drivers_that_follow_names_are_not_there() -> None:
    """In a process of its own: GDAL reads what to leave out when it starts."""
    code = "import hexwatch_service.pictures.tiler, rasterio; e = rasterio.Env(); e.__enter__(); print(*e.drivers())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100)
    there = set(done.stdout.split())
    assert "GTiff" in there
    assert not there & {"MRF", "GTI", "HTTP", "WMS", "WCS", "WMTS", "STACIT", "STACTA", "OGR_VRT", "PLMOSAIC", "EEDAI"}


@pytest.mark.parametrize(
    "path",
    ["preview.png?max_size=20000", "preview.png?width=20000&height=20000", "preview/20000x20000.png",
     "bbox/18,4,19,5/20000x20000.tif", "tiles/WebMercatorQuad/3/4/3.png?tilesize=20000"],
)  # fmt: skip
def test_abuse_12_more_pixels_than_anybody_looks_at(
    client: TestClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasterio, "open", lambda *_, **__: pytest.fail("a file was opened"))
    assert client.get(f"/rasters/ours/{path}").status_code == 400
    box = "bbox=18,4,19,5&crs=CRS:84&width=20000&height=20000&format=image/png"
    assert client.get(f"/wms?version=1.3.0&request=GetMap&layers=ours&styles=&{box}").status_code == 400


def test_abuse_13_a_decompression_bomb_is_refused_before_it_unpacks(dsn: str, tmp_path: Path) -> None:
    sparse = {"tiled": True, "sparse_ok": True, "compress": "deflate", "transform": from_origin(0, 30, 1e-3, 5e-4)}
    size = {"driver": "GTiff", "width": 60_000, "height": 60_000, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    rasterio.open(tmp_path / "bomb.tif", "w", **size, **sparse).close()
    assert (tmp_path / "bomb.tif").stat().st_size < 2_000_000
    assert "times its size" in refused(dsn, tmp_path / "bomb.tif")


def test_abuse_14_expressions_are_not_offered_however_long(client: TestClient) -> None:
    for expression in ("b1", "b1*" * 9_000 + "b1", "(" * 500 + "b1" + ")" * 500):
        assert client.get("/rasters/ours/preview.png", params={"expression": expression}).status_code == 400
    for name in ("algorithm", "color_formula", "colormap"):
        assert client.get("/rasters/ours/preview.png", params={name: "x" * 10_000}).status_code == 400


@pytest.mark.parametrize("z_x_y", ["-1/0/0", "1000/0/0", "3/-1/0", f"3/0/{'9' * 26}", "3/8/0", "3/0/1e1", "x/y/z"])
def test_abuse_15_tiles_that_are_none_ask_nothing_of_the_database(
    client: TestClient, z_x_y: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = cast("Any", client.app).api.state.hexwatch
    monkeypatch.setattr(state.database, "fetch", lambda *_: pytest.fail("the database was asked"))
    monkeypatch.setattr(rasterio, "open", lambda *_, **__: pytest.fail("a file was opened"))
    for before in ("/rasters/ours/tiles/", "/rasters/ours/tiles/WebMercatorQuad/"):
        assert client.get(f"{before}{z_x_y}.png").status_code == 404


def test_abuse_16_beside_45_heavy_previews_there_are_signs_of_life(client: TestClient) -> None:
    async def rush() -> list[tuple[str, int, str | None]]:
        answers: list[tuple[str, int, str | None]] = []
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, timeout=100) as many:

            async def ask(path: str) -> None:
                found = await many.get(path)
                answers.append((path, found.status_code, found.headers.get("retry-after")))

            heavy = "/rasters/ours/preview.png?width=2048&height=2048&rescale=0,"
            jobs = [asyncio.create_task(ask(f"{heavy}{n + 100}")) for n in range(45)]
            await asyncio.sleep(0)
            await asyncio.gather(asyncio.create_task(ask("/healthz")), *jobs)
        return answers

    assert client.portal is not None
    answers = client.portal.call(rush)
    assert ("/healthz", 200, None) in answers[:-1]  # not after all the others
    previews = [(status, again) for path, status, again in answers if path != "/healthz"]
    assert {status for status, _ in previews} == {200, 503}
    assert all(again for status, again in previews if status == 503)
    assert np.mean([status == 200 for status, _ in previews]) > 0.5
