"""A service with a real and an invented layer, and a browser in front of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

HEXWATCH = Path(sys.executable).with_name("hexwatch")
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
def environment(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the commands of this module find their database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXWATCH_")}
    folder = str(tmp_path_factory.mktemp("data"))
    return kept | {"HEXWATCH_DATABASE_URL": module_dsn, "HEXWATCH_DATA_FOLDER": folder, "HEXWATCH_AUDIENCE": "public"}


@pytest.fixture(scope="module")
def loaded(environment: dict[str, str], shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Violence in the Central African Republic, and three incidents that never were."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "invented.toml").write_text(INVENTED)
    (folder / "invented.csv").write_text("day,lon,lat\n2021-03-04,18.5,4.4\n2021-03-05,18.6,4.4\n2021-03-09,19.0,5.0\n")
    real = shared_data / "incidents/ucdp_ged231_caf.csv.gz"
    invented = [folder / "invented.csv", "--mapping", folder / "invented.toml"]
    for arguments in (
        ["ucdp-caf", real, "--title", "Organised violence, Central African Republic", "--resolution", "6"],
        ["invented", *invented, "--title", "Invented", "--synthetic"],
    ):
        done = subprocess.run(
            [HEXWATCH, "load", *arguments], env=environment, check=False, capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stderr
    return environment


@pytest.fixture(scope="module")
def address(loaded: dict[str, str]) -> Iterator[str]:
    """Root of a running `hexwatch serve`."""
    with subprocess.Popen([HEXWATCH, "serve", "--port", "0"], env=loaded, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr
        said = service.stderr.readline()
        found = re.search(r"http://\S+(?=/map)", said)
        try:
            assert found, said + service.stderr.read()
            yield found.group()
        finally:
            service.terminate()
            service.communicate(timeout=20)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, which only drives: the browser is the machine's."""
    with sync_playwright() as running:
        yield running


@pytest.fixture
def browse(
    playwright: Playwright, browser_path: str, tmp_path: Path
) -> Callable[..., AbstractContextManager[BrowserContext]]:
    """Makes a context: a browser with an empty profile, of a size and colour scheme."""

    @contextmanager
    def make(width: int = 900, height: int = 620, *, dark: bool = False) -> Iterator[BrowserContext]:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=browser_path, args=FLAGS,
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
        )  # fmt: skip
        with context:
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
