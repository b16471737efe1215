"""Hexagons as pixels: the colours of style and legend, wherever the picture is asked for; health beside heavy work."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from datetime import date

import h3.api.basic_int as h3
import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from fixtures.facts import Fact, found
from fixtures.service import Serve
from hexwatch_schemas.classification import classify
from hexwatch_schemas.style import OPACITY
from hexwatch_schemas.tiles import Tile
from hexwatch_service.database import Unavailable
from hexwatch_service.pictures import cells, image
from hexwatch_service.pictures.frame import Frame, of_tile
from hexwatch_service.pictures.workshop import QUEUE, Workshop

DAY = date(2024, 3, 1)
CELLS = sorted(h3.grid_disk(h3.latlng_to_cell(4.4, 18.5, 6), 3))


@pytest.fixture(scope="module")
def client(module_dsn: str, serve: Serve) -> Iterator[TestClient]:
    found(module_dsn).publish(6, [Fact((c,), DAY, DAY, amount=n % 9 + 1) for n, c in enumerate(CELLS)])
    with serve(module_dsn) as running:
        yield running


def test_a_pixel_has_the_colour_that_the_legend_gives_its_cell(client: TestClient) -> None:
    zoom = 9
    legend = client.get(f"/legend/mission/incidents.json?zoom={zoom}").json()["classes"]
    n = 1 << zoom
    tile = Tile(zoom, int((18.5 + 180) / 360 * n), int((1 - np.log(np.tan(np.radians(47.2))) / np.pi) / 2 * n))
    answer = client.get(f"/pictures/mission/incidents/{tile.z}/{tile.x}/{tile.y}.png")
    shown = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
    longitude, latitude = of_tile(tile.z, tile.x, tile.y).centres()
    values, checked = {c: float(k % 9 + 1) for k, c in enumerate(CELLS)}, 0
    for y, x in np.argwhere(shown[..., 3] == round(255 * OPACITY))[::97]:
        value = values[h3.latlng_to_cell(latitude[y, x], longitude[y, x], 6)]
        row = next(r for at, r in enumerate(legend) if value < r["max"] or at == len(legend) - 1)
        if _inside(shown, y, x):
            assert "#" + bytes(shown[y, x, :3]).hex() == row["color"]
            checked += 1
    assert checked > 20


def _inside(shown: np.ndarray, y: int, x: int) -> bool:
    """Whether all around has the same colour: no edge, which is soft."""
    around = shown[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].reshape(-1, 4)
    return bool((around == shown[y, x]).all())


def test_it_is_in_wmts_and_wms_and_for_briefings(client: TestClient) -> None:
    assert b"<ows:Identifier>mission.incidents</ows:Identifier>" in client.get("/wmts").content
    box = "bbox=4.2,18.3,4.6,18.7&crs=EPSG:4326&width=100&height=100&format=image/png&transparent=true"
    drawn = client.get(f"/wms?version=1.3.0&request=GetMap&layers=mission.incidents&styles=&{box}")
    assert np.asarray(Image.open(io.BytesIO(drawn.content)).convert("RGBA"))[..., 3].any()
    asked = f"version=1.3.0&request=GetFeatureInfo&query_layers=mission.incidents&i=50&j=50&{box}"
    assert client.get(f"/wms?{asked}").json()["mission.incidents"]["indicators"]["incidents"]["value"] >= 1
    briefing = client.get("/styles/mission/incidents/static/auto/400x300.png")
    assert Image.open(io.BytesIO(briefing.content)).size[0] == 400
    assert client.get("/styles/mission/incidents/static/auto/9000x9000.png").status_code == 400
    assert client.get("/styles/mission/incidents/static/1,2,3/400x300.png").status_code == 400


@pytest.mark.parametrize("shape", [(5, 7, 4), (1, 1, 4), (64, 3, 4)])
@pytest.mark.parametrize("kind", ["colours", "grey", "solid"])
def test_png_is_what_it_was_given(shape: tuple[int, int, int], kind: str) -> None:
    pixels = np.random.default_rng(7).integers(0, 256, shape, np.uint8)
    if kind == "grey":
        pixels[..., 1] = pixels[..., 2] = pixels[..., 0]
    if kind == "solid":
        pixels[..., 3] = 255
    read = np.asarray(Image.open(io.BytesIO(image.png(pixels))).convert("RGBA"))
    there = pixels[..., 3:] > 0
    assert np.array_equal(read * there, pixels * there)


def test_no_cell_is_drawn_where_there_is_none() -> None:
    frame = Frame((0, 0, 1, 1), "EPSG:4326", 8, 8)
    nothing = cells.draw(np.empty(0, np.int64), np.empty(0), classify(np.empty(0)), "harm", 5, frame)
    assert not nothing.any()


def test_the_workshop_refuses_what_it_has_no_room_for() -> None:
    async def crowd() -> tuple[int, int]:
        workshop, gate = Workshop(1), asyncio.Event()

        async def job() -> None:
            async with workshop.place():
                await gate.wait()

        jobs = [asyncio.create_task(job()) for _ in range(QUEUE + 4)]
        await asyncio.sleep(0)
        gate.set()
        ended = await asyncio.gather(*jobs, return_exceptions=True)
        refused = sum(isinstance(e, Unavailable) for e in ended)
        async with workshop.place():
            return len(ended) - refused, refused

    assert asyncio.run(crowd()) == (QUEUE + 1, 3)


def test_health_does_not_wait_for_pictures(client: TestClient) -> None:
    """45 pictures at once: the sign of life comes before the last of them, the excess is told to come back."""

    async def rush() -> list[tuple[str, int]]:
        order: list[tuple[str, int]] = []
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://maps.example", timeout=60) as many:

            async def ask(path: str) -> None:
                order.append((path[:8], (await many.get(path)).status_code))

            large = "/styles/mission/incidents/static/18,4,19,5/300x300.png?datetime=2024-03-0"
            jobs = [asyncio.create_task(ask(f"{large}{n % 9 + 1}")) for n in range(45)]
            await asyncio.sleep(0)
            await asyncio.gather(asyncio.create_task(ask("/healthz")), *jobs)
        return order

    portal = client.portal
    assert portal is not None
    order = portal.call(rush)
    assert order.index(("/healthz", 200)) < len(order) - 1
    assert {status for _, status in order} == {200, 503}
