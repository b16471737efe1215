"""What the suite needs; and the table of what was tried, printed at the end."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from .items import ELSEWHERE, ITEMS

_FOUND: dict[int, list[tuple[str, str]]] = {}
_SAID = pytest.StashKey[str]()


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


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    number = re.search(r"::test_(\d\d)_", report.nodeid)
    if number and (report.when == "call" or report.outcome != "passed"):
        text = " ".join(str(value) for name, value in report.user_properties if name == "said")
        _FOUND.setdefault(int(number[1]), []).append((report.outcome, text))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, where the whole suite was asked for."""
    if len(_FOUND) < 10:
        return
    terminalreporter.write_line("\n| item | injected | result |\n| --- | --- | --- |")
    for number in range(1, 56):
        terminalreporter.write_line(f"| {number} | {ITEMS.get(number, '')} | {_result(number)} |")


def _result(number: int) -> str:
    found = _FOUND.get(number)
    if not found:
        return ELSEWHERE.get(number, "not tried")
    outcomes = {outcome for outcome, _ in found}
    word = "held" if outcomes == {"passed"} else "FAILED" if "failed" in outcomes else "not tried here"
    return "; ".join(filter(None, [word, *(text for _, text in found)]))
