"""Somebody follows the manual literally: every block of code runs, or says why not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.blocks import DEMO, RUN, Desk, blocks, compare
from docs.pages import MANUAL, PAGES, ROOT, name
from fixtures.programs import HEXWATCH, environment, hexwatch, serving

FOLLOWED = [page for page in PAGES if any(b.language in RUN and not b.reason for b in blocks(page))]
PARTS = ("schemas", "etl", "service")  # the folders of the program
READERS = {"toml": tomllib.loads, "json": json.loads}

pytestmark = pytest.mark.timeout(400)  # the first to come waits for the mission, beside whatever else is tested


def variables(dsn: str, folder: Path) -> dict[str, str]:
    """What a person's shell knows, with the program on its path and a database of its own."""
    path = f"{HEXWATCH.parent}:{os.environ['PATH']}"
    return environment(dsn, folder, PATH=path, HEXWATCH_CORS_ORIGINS="*", HEXWATCH_WORKERS="1", NO_COLOR="1")


@pytest.fixture(scope="module")
def demo(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of what `./run demo` serves, a tenth of its size."""
    folder = tmp_path_factory.mktemp("mission")
    known = variables(module_dsn, tmp_path_factory.mktemp("data"))
    hexwatch(known, "simulate", "--scale", "0.05", "--quiet", "--out", ".", folder=folder)
    _shorten(folder / "patrols.csv", 1500)
    for arguments in json.loads((folder / "loads.json").read_text()):
        if "incidents_initial.csv" not in arguments:  # the revised ones are enough, and so are patrols without posts
            hexwatch(known, *(one for one in arguments if one != "posts.parquet"), folder=folder)
    with serving(known) as address:
        yield address


def _shorten(file: Path, lines: int) -> None:
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:lines]))


def own_copy(page: Path, folder: Path) -> dict[str, str]:
    """A page that adds files to the program has a copy of it, which goes before the installed one."""
    if not any((b.title or "").startswith(PARTS) for b in blocks(page)):
        return {}
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    return {"PYTHONPATH": ":".join(str(folder / part) for part in PARTS)}


@pytest.mark.parametrize("page", FOLLOWED, ids=name)
def test_a_page_can_be_followed(page: Path, dsn: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    address = request.getfixturevalue("demo") if any(DEMO in b.code for b in blocks(page)) else None
    if not shutil.which("curl") and any("curl " in b.code for b in blocks(page) if b.language in RUN and not b.reason):
        pytest.skip("No curl on PATH: the page asks the service by it.")
    known = variables(dsn, tmp_path / "data") | own_copy(page, folder)
    with Desk(folder, known, address) as desk:
        assert desk.follow(page)


def test_the_page_of_the_tutorial_draws_and_asks_nobody_else(demo: str, root: Path) -> None:
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("No Chromium on PATH: the tutorial's page is not looked at.")
    pictures = root / "out"
    pictures.mkdir(exist_ok=True)
    draw = [sys.executable, MANUAL / "pictures/in_browser.py", demo, pictures, "web-developer"]
    done = subprocess.run(draw, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tutorials_are_followed() -> None:
    tutorials = set(MANUAL.glob("tutorials/*.md"))
    assert len(tutorials) == 3
    assert tutorials <= set(FOLLOWED)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_runs_or_says_why_not(page: Path) -> None:
    """What neither runs nor is a file is data, or what was printed."""
    idle = [b for b in blocks(page) if b.language not in RUN and not b.title and not b.reason]
    assert [block.line for block in idle if block.language not in {"text", *READERS}] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_data_in_a_block_can_be_read(page: Path) -> None:
    for block in blocks(page):
        if block.language in READERS:
            READERS[block.language](block.code)


def test_only_what_the_page_says_is_compared() -> None:
    compare("one …\nthree", "zero\none two\nthree four")
    with pytest.raises(AssertionError, match="'one'"):
        compare("three\none", "one\nthree")


def test_what_fails_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    told = tmp_path / "page.md"
    told.write_text("# A page\n\n```sh\nfalse\n```\n")
    with Desk(tmp_path / "desk", dict(os.environ)) as desk, pytest.raises(AssertionError, match=r"page\.md:3: false"):
        desk.follow(told)
