"""`hexwatch serve` does not start with settings that would let others in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.settings import Settings
from hexwatch_service.access import safety

GOOD = "kX3v9Qm2LrT7wZbN5pYcHdJf8sAeGu4R"


def refused(monkeypatch: pytest.MonkeyPatch, *, keys: bool = False, **said: Any) -> str | None:
    monkeypatch.setattr(safety, "_has_keys", lambda _: keys)
    try:
        safety.refuse_unsafe(Settings(**said), "")
    except UsageError as error:
        return str(error)
    return None


@pytest.mark.parametrize("secret", ["changeme", "secret", "a" * 40, "0101" * 20, GOOD[:-1]])
def test_a_secret_that_can_be_guessed(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    said = refused(monkeypatch, secret=SecretStr(secret))
    assert said
    assert len(secret) < 20 or secret not in said


def test_a_secret_file_that_others_can_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    assert "cannot be read" in (refused(monkeypatch, secret_file=file) or "")
    file.write_text(GOOD + "\n")
    file.chmod(0o644)
    assert "by others" in (refused(monkeypatch, secret_file=file) or "")
    file.chmod(0o600)
    assert refused(monkeypatch, secret_file=file) is None


@pytest.mark.parametrize(
    ("host", "base", "keys", "safe"),
    [
        ("127.0.0.1", None, True, True), ("::1", None, True, True), ("localhost", None, True, True),
        ("10.0.0.7", None, False, True), ("10.0.0.7", None, True, False), ("10.0.0.7", "http://m.example", True, False),
        ("10.0.0.7", "https://maps.example", True, True), ("10.0.0.7", "http://127.0.0.1:8080", True, True),
    ],
)  # fmt: skip
def test_keys_that_would_cross_the_network_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, host: str, base: str | None, keys: bool, safe: bool
) -> None:
    assert (refused(monkeypatch, keys=keys, host=host, base_url=base) is None) == safe


ISSUER = {"oidc_issuer": "https://id.example", "oidc_audience": "hexwatch", "oidc_jwks_url": "https://id.example/keys"}


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        ({}, True), ({"oidc_audience": None}, False), ({"oidc_jwks_url": None}, False),
        ({"oidc_jwks_url": "http://id.example/keys"}, False), ({"oidc_jwks_url": "file:///etc/keys"}, False),
        ({"oidc_algorithms": "RS256,HS256"}, False), ({"oidc_algorithms": "none"}, False),
    ],
)  # fmt: skip
def test_an_issuer_that_could_be_feigned(monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], safe: bool) -> None:
    assert (refused(monkeypatch, **{**ISSUER, **said}) is None) == safe
