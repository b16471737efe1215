"""How long a reader waits for the map, and how smoothly it plays, in Chromium without a graphics card.

`./run bench map [CELLS]`: CELLS cells of resolution 7 (200,000 unless said), in a window of 1280 x 800.
The page marks when it asks for hexagons and when they are drawn, and measures each tile from its request to the frame
that shows it (web/src/map/paint.ts).
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import psycopg
import rasterio
from playwright.sync_api import Page, sync_playwright
from rasterio.transform import from_origin

from bench.large_mission import CENTRE, DATASET
from bench.raster import scene
from bench.served import folder, large_store, service
from hexwatch_etl.catalogue import Description
from hexwatch_etl.rasters.load import RasterRequest, load_rasters
from hexwatch_schemas.words import Audience

CELLS, FACTS = 200_000, 1_000_000
SIZE = (1280, 800)
VIEWS = {"z5, resolution 4": 5.2, "z7, resolution 6": 7.2, "z9, resolution 7": 9.2}
FRAMES = 8  # windows that are played
PLACES = [
    (0, 0),
    (1, 0),
    (1, 1),
    (0, 1),
    (-1, 1),
    (-1, 0),
    (-1, -1),
    (0, -1),
    (1, -1),
]  # to look at, in steps of a screen
PICTURE, PIXELS, METRES = "flight", 4_096, 500.0  # in UTM 29N, around the same centre
FLAGS = ["--headless=new", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

# By turn, milliseconds from asking for hexagons to the picture: style, tiles and drawing.
_TURNS = """() => {
  const at = (name) => performance.getEntriesByName(name, "mark").map((mark) => mark.startTime);
  const asked = at("hexwatch-asked");
  return at("hexwatch-drawn").map((drawn) => drawn - Math.max(...asked.filter((time) => time < drawn)));
}"""
_COUNT = "performance.getEntriesByName('hexwatch-%s').length"
_TILES = """
window.tiles_seen = [];
new PerformanceObserver((list) => {
  for (const { name, detail, duration } of list.getEntries()) {
    if (name === "hexwatch-tile") window.tiles_seen.push([detail, duration]);
  }
}).observe({ entryTypes: ["measure"] });
"""
_MOVED = (
    "() => new Promise((moved) => setTimeout(() => requestAnimationFrame(moved), 200))"  # what it needs is asked for
)
_FRAMES = """() => {
  window.frames_seen = [];
  const note = (time) => { window.frames_seen.push(time); requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""


def main() -> None:
    """Print a table of waiting and one of playing."""
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else CELLS
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with (
        folder() as home,
        large_store(home, cells, FACTS) as dsn,
        service(_with_picture(home, dsn)) as root,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.set_default_timeout(120_000)
        page.add_init_script(_TILES)
        print(f"{cells:,} cells; Chromium {browser.version}, drawn by SwiftShader; {SIZE[0]} x {SIZE[1]}.")
        print("\n| view | asked to picture, ms, median | slowest |\n| --- | --- | --- |")
        for name, zoom in VIEWS.items():
            print(_row(name, _waits(page, root, zoom)))
        print("\n| tiles | zoom | number | request to frame, ms, median | slowest of 20 |")
        print("| --- | --- | --- | --- | --- |")
        for name, zoom in VIEWS.items():
            print(*_tiles(page, root, name, zoom), sep="\n")
        print("\n| played | windows a second | frames a second, median | slowest of 20 frames, ms |")
        print("| --- | --- | --- | --- |")
        for name, zoom in VIEWS.items():
            print(_played(page, root, name, zoom))
        browser.close()


def _with_picture(home: Path, dsn: str) -> Path:
    """The store again, with a picture below the hexagons."""
    file, values = home / f"{PICTURE}.tif", scene(PIXELS)
    grid = from_origin(500_000, 3_000_000, METRES, METRES)
    shape = {"width": PIXELS, "height": PIXELS, "count": len(values), "dtype": values.dtype, "tiled": True}
    with rasterio.open(file, "w", "GTiff", crs="EPSG:32629", transform=grid, photometric="RGB", **shape) as made:
        made.write(values)
    with psycopg.connect(dsn, autocommit=True) as conn:
        load_rasters(conn, RasterRequest(PICTURE, (file,), home / "rasters", Description(audience=Audience.PUBLIC)))
    return home


def _open(page: Page, root: str, zoom: float, more: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"{root}/map#map={zoom}/{CENTRE[0]}/{CENTRE[1]}&layer={DATASET}{more}")
    page.locator("#view[aria-busy=false]").wait_for()


def _waits(page: Page, root: str, zoom: float) -> list[float]:
    """What a reader who changes the days of an open map waits for."""
    _open(page, root, zoom)
    return [page.evaluate(_TURNS)[-1] for _ in _windows(page, 2022)]


def _windows(page: Page, year: int) -> Iterator[str]:
    """First days of windows that nobody had asked for, each when it is drawn."""
    for month in range(1, 8):
        drawn = page.evaluate(_COUNT % "drawn")
        page.get_by_label("From", exact=True).fill(f"{year}-{month:02}-02")
        page.wait_for_function(f"count => {_COUNT % 'drawn'} > count", arg=drawn)
        yield f"{year}-{month:02}-02"


def _row(name: str, turns: Sequence[float]) -> str:
    return f"| {name} | {statistics.median(turns):.0f} | {max(turns):.0f} |"


def _tiles(page: Page, root: str, name: str, zoom: float) -> list[str]:
    """Of tiles that neither the page nor the service has had before."""
    _open(page, root, zoom)
    rows = [_tile_row("hexagons", name, _seen(page, _windows(page, 2022)))]
    _open(page, root, zoom, "&from=2024-01-03&beside=before&how=change")
    rows.append(_tile_row("hexagons, as change", name, _seen(page, _windows(page, 2024))))
    _open(page, root, zoom, f"&pictures={PICTURE}:1")
    rows.append(_tile_row("picture", name, _seen(page, _places(page, zoom), f"/rasters/{PICTURE}/")))
    return rows


def _seen(page: Page, steps: Iterable[object], part: str = "/tiles/") -> list[float]:
    """Milliseconds of each tile whose address has this part, ascending, of an open page that goes some steps."""
    page.evaluate("window.tiles_seen = []")
    for _ in steps:
        page.locator("#view[aria-busy=false]").wait_for()
    return sorted(ms for url, ms in page.evaluate("window.tiles_seen") if part in url)


def _places(page: Page, zoom: float) -> Iterator[tuple[int, int]]:
    """The middle and around it, a screen's height apart, with the picture."""
    apart = 360 / 2**zoom * SIZE[1] / 512
    for place in PLACES:
        lon, lat = CENTRE[1] + apart * place[0], CENTRE[0] + apart * place[1]
        page.evaluate(f"location.hash = 'map={zoom}/{lat:.4f}/{lon:.4f}&layer={DATASET}&pictures={PICTURE}:1'")
        page.evaluate(_MOVED)
        yield place


def _tile_row(layer: str, name: str, times: Sequence[float]) -> str:
    slow = times[int(0.95 * len(times))]
    return f"| {layer} | {name} | {len(times)} | {statistics.median(times):.0f} | {slow:.0f} |"


def _played(page: Page, root: str, name: str, zoom: float) -> str:
    _open(page, root, zoom)
    shown = f"count => {_COUNT % 'asked'} > count"
    begun = page.evaluate(_COUNT % "asked")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(shown, arg=begun + 1)
    page.evaluate(_FRAMES)
    page.wait_for_function(shown, arg=begun + 1 + FRAMES)
    times: list[float] = page.evaluate("window.frames_seen")
    gaps = sorted(b - a for a, b in pairwise(times))
    seconds, slow = (times[-1] - times[0]) / 1000, gaps[int(0.95 * len(gaps))]
    return f"| {name} | {FRAMES / seconds:.2f} | {1000 / statistics.median(gaps):.0f} | {slow:.0f} |"


if __name__ == "__main__":
    main()
