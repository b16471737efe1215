"""Pictures of what a browser shows: the map page, and the page that the web developer's tutorial makes.

in_browser.py ADDRESS FOLDER; docs/pictures/make.py does, and so does a test: a page that draws nothing,
complains, or asks any host but the service is an error.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import playwright.sync_api
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs/tutorials/web-developer.md"
EXAMPLES = ROOT / "docs/examples/hexlayer"
FEW = 20  # hexagons: fewer are no map
WRITTEN = "http://127.0.0.1:8080"  # the service as the tutorial has it
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip


class Watched:
    """A page, and what it did behind the reader's back."""

    def __init__(self, page: Page) -> None:
        self.page, self.complaints, self.hosts = page, list[str](), set[str]()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def wait_for(self, what: str) -> None:
        """Wait for an element, or say what the page complained of."""
        try:
            self.page.locator(what).wait_for()
        except playwright.sync_api.TimeoutError as error:
            raise SystemExit(f"{self.page.url}: {error}\n{self.complaints}") from None

    def approve(self, *hosts: str) -> None:
        """End with what was wrong, if anything was."""
        strangers = self.hosts - {urlsplit(host).netloc for host in hosts} - {""}
        if self.complaints or strangers:
            raise SystemExit(f"{self.page.url}: {self.complaints} {sorted(strangers)}")


def tutorial(context: BrowserContext, service: str, picture: Path) -> None:
    """Open the tutorial's page as the tutorial serves it, click a hexagon, read what it says."""
    found = re.search(r'```html title="page/index.html"\n(.*?)^```$', TUTORIAL.read_text("utf-8"), re.S | re.M)
    if not found:
        raise SystemExit(f"{TUTORIAL} has no page.")
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as own:
        Path(folder, "index.html").write_text(found[1].replace(WRITTEN, service), "utf-8")
        Path(folder, "node_modules").symlink_to(ROOT / "web/node_modules")  # what `npm install` would give
        watched = Watched(context.new_page())
        watched.page.goto(f"{own}/index.html")
        _click_a_hexagon(watched)
        watched.page.screenshot(path=picture)
        watched.approve(service, own)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """What `python3 -m http.server` does, on a free port."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server calls it by)
        pass


def _click_a_hexagon(watched: Watched) -> None:
    watched.wait_for("body[data-ready]")
    if watched.page.locator("body").get_attribute("data-ready") == "0":
        raise SystemExit("The tutorial's page draws no hexagon.")
    box = watched.page.locator("canvas").bounding_box()
    assert box
    watched.page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"])
    watched.wait_for("text=incidents lie here")


def example(page: str, context: BrowserContext, service: str, picture: Path) -> None:
    """Open a page of docs/examples/hexlayer with the packages that `./run clients` installed."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "pages")
        shutil.copytree(EXAMPLES, site, ignore=shutil.ignore_patterns("node_modules"))
        (site / "node_modules").symlink_to(ROOT / "tests/clients/node_modules")
        with _served(site) as own:
            watched = Watched(context.new_page())
            watched.page.goto(f"{own}/{page}.html?service={service}")
            watched.wait_for("body[data-ready]")
            if int(watched.page.locator("body").get_attribute("data-ready") or 0) < FEW:
                raise SystemExit(f"{page}.html draws next to nothing.")
            watched.page.screenshot(path=picture)
            watched.approve(service, own)


def map_page(context: BrowserContext, service: str, picture: Path) -> None:
    """The map with one hexagon's card open; the address is the view."""
    watched = Watched(context.new_page())
    view = "map=6.90/-23.8000/125.5000&layer=vethara&indicator=incidents&cell=85b8c1cffffffff"
    watched.page.goto(f"{service}/map#{view}")
    watched.wait_for("#view[aria-busy=false]")
    watched.wait_for("#card tbody tr >> nth=0")
    watched.page.screenshot(path=picture)
    watched.approve(service)


PICTURES = (
    ("map", map_page, (1280, 800)),
    ("web-developer", tutorial, (900, 560)),
    ("example-deck", partial(example, "index"), (900, 560)),
    ("example-maplibre", partial(example, "maplibre"), (900, 560)),
)
OF_THE_MANUAL = ("map", "web-developer")


def main(service: str, folder: Path, *only: str) -> None:
    """Draw those of the manual, or the named ones."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, draw, size in PICTURES:
            if name not in (only or OF_THE_MANUAL):
                continue
            with browser.new_context(viewport={"width": size[0], "height": size[1]}) as context:
                context.set_default_timeout(60_000)
                draw(context, service, folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
