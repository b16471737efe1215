"""A service with a real and an invented layer, and a browser in front of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from fixtures.programs import environment, hexwatch, serving
from fixtures.rasters import ramp, write_tiff

# Pictures from a machine without a graphics card, and nothing that a browser asks of the world by itself.
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
INVENTED = """\
title = "Invented incidents"
[when]
start = "day"
[where]
longitude = "lon"
latitude = "lat"
"""


@dataclass
class Visit:
    """A page and what it did behind the reader's back."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, page: Page) -> Visit:
        """Watch a page from its first request on."""
        visit = cls(page)
        page.on("console", visit.hear)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on("request", lambda request: visit.hosts.add(urlsplit(request.url).netloc))
        return visit

    def hear(self, said: ConsoleMessage) -> None:
        """Keep what a developer would see in red or yellow."""
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def settle(self) -> None:
        """Wait until everything asked for is drawn."""
        self.page.locator("#view[aria-busy=false]").wait_for()


@pytest.fixture(scope="session", autouse=True)
def built(root: Path) -> None:
    """The page must have been built."""
    if (root / "service/hexwatch_service/static/map.html").is_file():
        return
    missing = "The map page is not built: run `npm ci && npm run build` in web/."
    pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The machine's own Chromium."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return found or pytest.skip("No Chromium on PATH: the map page is not looked at.")


@pytest.fixture(scope="module")
def address(module_dsn: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Root of a service: violence in the Central African Republic, incidents that never were, and two flights."""
    folder, known = tmp_path_factory.mktemp("files"), environment(module_dsn, tmp_path_factory.mktemp("data"))
    (folder / "invented.toml").write_text(INVENTED)
    (folder / "invented.csv").write_text("day,lon,lat\n2021-03-04,18.5,4.4\n2021-03-05,18.6,4.4\n2021-03-09,19.0,5.0\n")
    real = shared_data / "incidents/ucdp_ged231_caf.csv.gz"
    invented = [folder / "invented.csv", "--mapping", folder / "invented.toml"]
    flights = [write_tiff(folder / f"flight_{day}.tif", ramp(3)) for day in ("2024-01-05", "2024-03-01")]
    hexwatch(known, "load", "camp", *flights, "--title", "Camp", "--class", "imagery")
    hexwatch(
        known, "load", "ucdp-caf", real, "--title", "Organised violence, Central African Republic", "--resolution", "6"
    )
    hexwatch(known, "load", "invented", *invented, "--title", "Invented", "--synthetic")
    with serving(known) as root:
        yield root


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    """One browser for all: Playwright only drives, it is the machine's."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def browse(browser: Browser) -> Callable[..., AbstractContextManager[BrowserContext]]:
    """Makes a context: a reader with an empty profile, a window of a size, and a colour scheme."""

    @contextmanager
    def make(width: int = 900, height: int = 620, *, dark: bool = False) -> Iterator[BrowserContext]:
        scheme = "dark" if dark else "light"
        with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as context:
            context.set_default_timeout(60_000)
            yield context

    return make


@pytest.fixture
def visit(browse: Callable[..., AbstractContextManager[BrowserContext]]) -> Iterator[Visit]:
    """A page on a small desk: pictures without a graphics card take their time."""
    with browse() as context:
        yield Visit.of(context.new_page())


@pytest.fixture(scope="session")
def pictures(root: Path) -> Path:
    """Where screenshots are left to be looked at."""
    folder = root / "out"
    folder.mkdir(exist_ok=True)
    return folder
