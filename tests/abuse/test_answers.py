"""Caches, origins, hosts, secrets: what an answer carries beside its body (27, 28, 30, 31)."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from fixtures.access import SECRET, Keys, heard
from hexwatch_schemas.access import addresses
from hexwatch_schemas.settings import Settings
from hexwatch_schemas.words import Audience

ERRORS = {
    "/layers/zircon": 404, "/collections/quartz/items?limit=x": 400, "/tiles/quartz/99/0/0.mvt": 404,
    "/wms?request=x": 400,
    "/nothing": 404, "/static/nothing.js": 404,
}  # fmt: skip


def test_27_errors_are_kept_by_no_cache(client: TestClient) -> None:
    for path, status in ERRORS.items():
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store"), path
    refused = client.get("/layers", headers={"x-api-key": "nonsense"})
    assert (refused.status_code, refused.headers["cache-control"]) == (401, "private, no-store")
    assert client.post("/layers").headers["cache-control"] == "no-store"


def test_28_other_origins_are_shut_out(client: TestClient) -> None:
    for origin in ("https://evil.example", "null", "http://maps.example.evil.example"):
        answer = client.get("/layers", headers={"origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_30_secrets_are_in_no_log_metric_or_answer(
    client: TestClient, keys: Keys, caplog: pytest.LogCaptureFixture, settings_of
) -> None:
    key = keys.give("anna", "restricted")
    heard(client)
    state = client.app.api.state.hexwatch  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("it failed")

    state.numbers.table = broken
    token = addresses.sign(SECRET, key.split("_")[1], Audience.RESTRICTED, ("velvet",), timedelta(hours=1))
    with caplog.at_level(logging.DEBUG):
        bodies = [
            client.get("/collections/velvet/items", headers={"x-api-key": key}).text,
            client.get("/collections/velvet/items", headers={"authorization": f"Bearer {key}"}).text,
            client.get(f"/t/{key}/layers").text,
            client.get("/metrics").text,
        ]
        signed = client.get(f"/t/{token}/collections/velvet/items")
    ours = [
        record for record in caplog.records if not record.name.startswith("http")
    ]  # the client's words are not ours
    logged = "\n".join(map(logging.Formatter().format, ours))
    said = "\n".join([*bodies, logged, repr(settings_of(keys.dsn)), repr(state.settings)])
    assert "it failed" in logged
    assert (signed.status_code, token in logged + signed.text) == (500, False)
    for secret in (key, key.split("_", 2)[2], SECRET):
        assert secret not in said
    assert isinstance(state.settings, Settings)


def test_31_links_never_name_the_host_that_a_client_claims(client: TestClient) -> None:
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    for path in ("/", "/layers", "/tiles/quartz/tilejson.json", "/collections?f=html", "/wmts", "/connect/qgis"):
        answer = client.get(path, headers=forged)
        assert answer.status_code == 200
        assert "evil.example" not in answer.text + str(answer.headers)
    assert "location" not in client.get("/layers/", headers=forged).headers
