"""`hexwatch demo` where nothing is yet: it serves, stops without a trace, and begins again in seconds."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import takewhile
from pathlib import Path

import pytest

from hexwatch_schemas.cluster import TUNING
from hexwatch_schemas.demo_visit import Service, visit
from hexwatch_schemas.errors import HexwatchError
from hexwatch_schemas.postmaster import Postmaster

HEXWATCH = Path(sys.executable).with_name("hexwatch")
STYLE = b'{"version": 8, "layers": [{"id": "one"}]}'
TILEJSON = b'{"tiles": ["/tiles/made-up/{z}/{x}/{y}.mvt"], "minzoom": 3, "maxzoom": 9, "bounds": [10, -5, 40, 10]}'
COMPLETE = {
    "/layers": ("application/json", b'{"layers": [{"id": "made-up", "default_indicator": "incidents"}]}'),
    "/map": ("text/html", b'<!doctype html><html><script type="module" src="/static/map.js"></script></html>'),
    "/static/map.js": ("text/javascript", b"1"),
    "/styles/made-up/incidents.json": ("application/json", STYLE),
    "/tiles/made-up/tilejson.json": ("application/json", TILEJSON),
    "/tiles/made-up/3/4/4.mvt": ("application/vnd.mapbox-vector-tile", b"\x1a\x02hi"),
}


class _Answers(BaseHTTPRequestHandler):
    """Serves the dictionary that the server carries."""

    def do_GET(self) -> None:
        media_type, body = self.server.answers.get(self.path, ("text/plain", None))  # pyright: ignore[reportAttributeAccessIssue]
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", media_type)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server calls it by)
        pass


@pytest.fixture
def answers() -> Iterator[tuple[dict[str, tuple[str, bytes]], Service]]:
    """What a small service answers, open to change, and the way to ask it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        server.answers = dict(COMPLETE)  # pyright: ignore[reportAttributeAccessIssue]
        threading.Thread(target=server.serve_forever).start()
        yield server.answers, Service(f"http://127.0.0.1:{server.server_port}")  # pyright: ignore[reportAttributeAccessIssue]
        server.shutdown()


def test_visit_finds_everything(answers) -> None:
    seen = visit(answers[1])
    assert seen.complete
    assert seen.zooms == (3, 9)
    assert "tile      200 application/vnd.mapbox-vector-tile, 4 bytes" in seen.report()


@pytest.mark.parametrize(
    ("path", "lacks"),
    [
        ("/map", "map page"),
        ("/static/map.js", "script"),
        ("/styles/made-up/incidents.json", "style"),
        ("/tiles/made-up/3/4/4.mvt", "tile"),
    ],
)
def test_visit_misses_what_is_not_there(answers, path: str, lacks: str) -> None:
    del answers[0][path]
    seen = visit(answers[1])
    assert lacks in seen.missing
    assert f"Missing: {lacks}" in seen.report()


def test_visit_without_layers_is_an_error(answers) -> None:
    answers[0]["/layers"] = ("application/json", b'{"layers": []}')
    with pytest.raises(HexwatchError, match="no layer"):
        visit(answers[1])


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder that a server of another user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="hexwatch-demo-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def _demo(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A demo under way, ended like a plain kill if the test did not end it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEXWATCH_")}
    process = subprocess.Popen(
        [HEXWATCH, "demo", *arguments],
        env={**clean, "HEXWATCH_DATA_FOLDER": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def _server(home: Path) -> Postmaster:
    return Postmaster(home / "demo" / "cluster", home / "demo" / "run", TUNING)


@pytest.mark.timeout(300)  # it makes a cluster and loads a mission, beside whatever else is tested
def test_demo_serves_stops_and_begins_again(home: Path) -> None:
    with _demo(home) as first:
        assert first.stdout is not None
        said = "".join(takewhile(lambda line: line != "Ctrl-C stops everything.\n", first.stdout))
        address = re.search(r"Map +(http://[^/]+)/map", said)
        assert address, said
        service = Service(address.group(1))
        assert service.answers()
        assert _server(home).pid()
        first.send_signal(signal.SIGINT)
        rest, _ = first.communicate()
    assert first.returncode == 0, rest
    assert rest.endswith("Stopped.\n")
    assert not service.answers()
    assert _server(home).pid() is None

    with _demo(home, "--check") as second:
        report, _ = second.communicate()
    assert second.returncode == 0, report
    assert "All there." in report
    assert "release" not in report, "the mission was loaded again"
    assert _server(home).pid() is None
