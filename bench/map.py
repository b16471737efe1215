"""How long a reader waits for the map, and how smoothly it plays, in Chromium without a graphics card.

`./run bench map [CELLS]`: CELLS cells of resolution 7 (200,000 unless said), in a window of 1280 x 800.
The page marks when it asks for hexagons and when they are drawn.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Sequence
from itertools import pairwise

from playwright.sync_api import Page, sync_playwright

from bench.served import folder, large_store, service

CELLS, FACTS = 200_000, 1_000_000
SIZE = (1280, 800)
VIEWS = {"z5, resolution 4": 5.2, "z7, resolution 6": 7.2, "z9, resolution 7": 9.2}
FRAMES = 8  # windows that are played
FLAGS = ["--headless=new", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

# By turn, milliseconds from asking for hexagons to the picture: style, tiles and drawing.
_TURNS = """() => {
  const at = (name) => performance.getEntriesByName(name, "mark").map((mark) => mark.startTime);
  const asked = at("hexwatch-asked");
  return at("hexwatch-drawn").map((drawn) => drawn - Math.max(...asked.filter((time) => time < drawn)));
}"""
_COUNT = "performance.getEntriesByName('hexwatch-%s').length"
_FRAMES = """() => {
  window.frames_seen = [];
  const note = (time) => { window.frames_seen.push(time); requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""


def main() -> None:
    """Print a table of waiting and one of playing."""
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else CELLS
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with folder() as home, large_store(home, cells, FACTS), service(home) as root, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.set_default_timeout(120_000)
        print(f"{cells:,} cells; Chromium {browser.version}, drawn by SwiftShader; {SIZE[0]} x {SIZE[1]}.")
        print("\n| view | asked to picture, ms, median | slowest |\n| --- | --- | --- |")
        for name, zoom in VIEWS.items():
            print(_row(name, _waits(page, root, zoom)))
        print("\n| played | windows a second | frames a second, median | slowest of 20 frames, ms |")
        print("| --- | --- | --- | --- |")
        for name, zoom in VIEWS.items():
            print(_played(page, root, name, zoom))
        browser.close()


def _open(page: Page, root: str, zoom: float) -> None:
    page.goto("about:blank")
    page.goto(f"{root}/map#map={zoom}/17.0/-3.5&layer=large")
    page.locator("#view[aria-busy=false]").wait_for()


def _waits(page: Page, root: str, zoom: float) -> list[float]:
    """Of windows that nobody had asked for, in a map that is open: what a reader who changes the days waits for."""
    _open(page, root, zoom)
    found: list[float] = []
    for month in range(1, 8):
        before = page.evaluate(_TURNS)
        page.get_by_label("From", exact=True).fill(f"2022-{month:02}-02")
        page.wait_for_function(f"count => {_COUNT % 'drawn'} > count", arg=len(before))
        found.append(page.evaluate(_TURNS)[-1])
    return found


def _row(name: str, turns: Sequence[float]) -> str:
    return f"| {name} | {statistics.median(turns):.0f} | {max(turns):.0f} |"


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
