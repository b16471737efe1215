"""One made-up mission for all tests of the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.mission import Written, written
from hexwatch_etl.demo import simulate


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The demo as `./run demo` shows it."""
    return written(simulate(tmp_path_factory.mktemp("demo") / "mission"))


@pytest.fixture(scope="session")
def folder(demo: Written) -> Path:
    """The folder of that demo."""
    return demo.mission.folder
