"""The example pages that draw hexagons of Arrow columns: nothing is built, and the browser asks only the service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import MANUAL

LOADS = (["caf", "incidents/ucdp_ged231_caf.csv.gz", "--resolution", "5"],)
INSTALLED = Path(__file__).with_name("node_modules") / "apache-arrow"

pytestmark = pytest.mark.skipif(not INSTALLED.is_dir(), reason="Run by ./run clients.")


def test_the_example_pages_draw_and_ask_nobody_else(address: str, pictures: Path) -> None:
    draw = [sys.executable, MANUAL / "pictures/in_browser.py", address, pictures, "example-deck", "example-maplibre"]
    done = subprocess.run(draw, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
