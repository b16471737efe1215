"""What the suite needs; and the table of what was tried, printed at the end."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from .items import ITEMS, NO_TEST, numbers

_FOUND: dict[int, list[tuple[str, str]]] = {}


@pytest.fixture
def client(cleared: TestClient) -> TestClient:
    """The service over a mission with a layer for every audience."""
    return cleared


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def said(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Notes what a test measured, for the table."""

    def note(text: str) -> None:
        request.node.user_properties.append(("said", text))

    return note


def pytest_configure(config: pytest.Config) -> None:
    """As a plugin: as functions of this file they would hear of this folder's tests only."""
    config.pluginmanager.register(Table())


class Table:
    """Item by item, of all tests that are run, wherever they stand."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect what became of each item."""
        if report.when == "call" or report.outcome != "passed":
            text = " ".join(str(value) for name, value in report.user_properties if name == "said")
            for number in numbers(report.nodeid):
                _FOUND.setdefault(number, []).append((report.outcome, text))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table, where the long ones were asked for too."""
        if "HEXWATCH_ABUSE" not in os.environ:
            return
        terminalreporter.write_line("\n| item | injected | result |\n| --- | --- | --- |")
        for number, injected in ITEMS.items():
            terminalreporter.write_line(f"| {number} | {injected} | {_result(number)} |")


def _result(number: int) -> str:
    found = _FOUND.get(number)
    if not found:
        return NO_TEST.get(number, "not tried")
    outcomes = [outcome for outcome, _ in found]
    word = "FAILED" if "failed" in outcomes else "held" if "passed" in outcomes else "not tried here"
    partly = f"{outcomes.count('skipped')} of {len(found)} not tried here" if len(set(outcomes)) > 1 else ""
    return "; ".join(filter(None, [word, partly, *(text for _, text in found)]))
