"""Pages of other origins: shut out unless named, and never with credentials."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hexwatch_service.front import Front

ELSEWHERE = "https://maps.example"


class _Nothing:
    """A state in which every address is the framework's."""

    stale = False

    def remembered(self, _: object) -> None:
        return None


async def nothing() -> list[str]:
    return []


def client(origins: str) -> TestClient:
    app = FastAPI()
    app.state.hexwatch = _Nothing()
    app.add_api_route("/layers", nothing)
    return TestClient(Front(app, origins))


def test_nobody_else_may_read_unless_named() -> None:
    answer = client("").get("/layers", headers={"origin": ELSEWHERE})
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(("origins", "allowed"), [("*", "*"), (f"https://a.example, {ELSEWHERE}", ELSEWHERE)])
def test_named_origins_may_read_without_credentials(origins: str, allowed: str) -> None:
    answer = client(origins).get("/layers", headers={"origin": ELSEWHERE, "cookie": "a=b"})
    assert answer.headers["access-control-allow-origin"] == allowed
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_caches_keep_the_answers_of_named_origins_apart() -> None:
    for headers in ({}, {"origin": ELSEWHERE}, {"origin": "https://evil.example"}):
        answer = client(ELSEWHERE).get("/layers", headers=headers)
        assert "origin" in answer.headers["vary"].lower()
        assert answer.headers.get("access-control-allow-origin") == (
            ELSEWHERE if headers.get("origin") == ELSEWHERE else None
        )


def test_a_preflight_is_answered_for_what_maps_need() -> None:
    asked = {"origin": ELSEWHERE, "access-control-request-method": "GET"}
    ours = client(ELSEWHERE)
    assert ours.options("/layers", headers={**asked, "access-control-request-headers": "if-none-match"}).is_success
    assert ours.options("/layers", headers={**asked, "access-control-request-method": "DELETE"}).status_code == 400
    assert ours.options("/layers", headers={**asked, "origin": "https://evil.example"}).status_code == 400
