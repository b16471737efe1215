"""The service asked in both ways: by the short cut, and by the framework alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from fixtures.reports import Loads, report
from fixtures.service import BASE
from hexwatch_schemas.settings import Settings
from hexwatch_service.app import create_app
from hexwatch_service.front import Front

LONG = "x-long-way"
REPORTS = [
    report("a", deaths=10, day_from="2024-01-29", day_to="2024-02-02"),
    report("b", deaths=3, precision="near", longitude=20.0, category="abduction"),
    *(report(f"x{i}", longitude=18 + i / 7, latitude=5 + (i % 5) / 3, deaths=i) for i in range(30)),
]


@dataclass(frozen=True)
class Ways:
    """A client of one running service; `long` asks it past the short cut."""

    client: TestClient
    front: Front

    def short(self, path: str, **headers: str) -> Response:
        """As every client asks."""
        return self.client.get(path, headers=headers)

    def long(self, path: str, **headers: str) -> Response:
        """As if there were no short cut."""
        return self.client.get(path, headers={**headers, LONG: "1"})


@pytest.fixture
def ways(dsn: str, load_reports: Loads) -> Iterator[Ways]:
    """A mission at release 2, served."""
    load_reports(dsn, REPORTS[:3], title="Test mission")
    load_reports(dsn, REPORTS)
    settings = Settings(database_url=SecretStr(dsn), base_url=BASE)  # pyright: ignore[reportCallIssue]
    front = create_app(settings)

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        long = any(name == LONG.encode() for name, _ in scope.get("headers", ()))
        await (front.api if long else front)(scope, receive, send)

    with TestClient(both, raise_server_exceptions=False) as client:
        yield Ways(client, front)
