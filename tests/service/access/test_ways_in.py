"""Keys, Basic, signed addresses, bearer tokens: what each opens, and when it stops (abuse 29)."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient
from jwt.algorithms import RSAAlgorithm

from fixtures.access import SECRET, Keys, execute, heard
from hexwatch_schemas.access import addresses
from hexwatch_schemas.access.keys import mint
from hexwatch_schemas.words import Audience
from hexwatch_service.access import gate
from hexwatch_service.access.bearer import Bearers, Trusted
from hexwatch_service.app import create_app

VELVET = "/layers/velvet"
ISSUER, AUDIENCE = "https://id.example", "hexwatch"


def basic(key: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"anybody:{key}".encode()).decode()}


def test_a_key_comes_in_three_ways(client: TestClient, keys: Keys) -> None:
    key = keys.give("anna", "restricted")
    heard(client)
    for headers in ({"x-api-key": key}, {"authorization": f"Bearer {key}"}, basic(key)):
        answer = client.get(VELVET, headers=headers)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert client.get(VELVET).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "nonsense"}, {"x-api-key": ""}, {"x-api-key": mint().text}, {"authorization": "Bearer"},
        {"authorization": "Bearer a.b.c"}, {"authorization": "Basic !!!"}, {"authorization": "Basic YQ=="},
        {"authorization": "Digest x"}, {"authorization": ""}, {"x-api-key": mint().text, "authorization": "Bearer x"},
        {"x-api-key": "hwk_' or true --"}, {"x-api-key": "h" * 9000},
    ],
)  # fmt: skip
def test_who_is_not_known_is_refused_everywhere_and_told_nothing(client: TestClient, headers: dict[str, str]) -> None:
    for path in ("/layers", "/layers/quartz", VELVET, "/nothing", "/tiles/quartz/6/35/31.mvt"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert "no-store" in answer.headers["cache-control"]
        assert answer.json()["description"].startswith("The key or token does not count.")


def test_a_key_that_expired_or_was_revoked_opens_nothing(client: TestClient, keys: Keys) -> None:
    short, taken = keys.give("short", "restricted", days=0.5), keys.give("taken", "restricted")
    heard(client)
    assert client.get(VELVET, headers={"x-api-key": taken}).status_code == 200
    execute(keys.dsn, "update catalog.api_key set revoked_at = now() where name = 'taken'")
    heard(client)
    assert client.get(VELVET, headers={"x-api-key": taken}).status_code == 401
    assert client.get(VELVET, headers={"x-api-key": short}).status_code == 200
    execute(keys.dsn, "update catalog.api_key set expires_at = now() - interval '1 s' where name = 'short'")
    heard(client)
    assert client.get(VELVET, headers={"x-api-key": short}).status_code == 401


def test_half_a_key_and_another_secret_are_refused(client: TestClient, keys: Keys) -> None:
    key, other = keys.give("anna", "restricted"), mint().text
    heard(client)
    forged = [key[:-1], key + "x", key[:17] + other[17:], other[:17] + key[17:], key.upper()]
    assert [client.get(VELVET, headers={"x-api-key": k}).status_code for k in forged] == [401] * len(forged)


def test_a_signed_address_opens_its_layers_and_its_links_lead_on(client: TestClient, keys: Keys) -> None:
    keys.give("partner", "confidential", "velvet", "obsidian")
    heard(client)
    token = signed(keys, "partner", "confidential", "velvet")
    answer = client.get(f"/t/{token}/tiles/velvet/tilejson.json")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    (tiles,) = answer.json()["tiles"]
    assert tiles.startswith(f"http://maps.example/t/{token}/tiles/velvet/")
    path = tiles.removeprefix("http://maps.example").format(z=6, x=35, y=31)
    assert client.get(path).status_code == 200
    same = client.get("/tiles/quartz/6/35/31.mvt").content  # the same reports, under a name as long
    assert client.get(path).content == same.replace(b"quartz", b"velvet")
    assert client.get(f"/t/{token}/layers/obsidian").status_code == 404  # the key opens it, the address does not
    assert {x["id"] for x in client.get(f"/t/{token}/layers").json()["layers"]} == {"quartz", "velvet"}


def signed(keys: Keys, name: str, clearance: str, *layers: str, secret: str = SECRET, hours: float = 1) -> str:
    ((key,),) = execute(keys.dsn, "select id from catalog.api_key where name = %s", name)
    return addresses.sign(secret, key, Audience(clearance), layers, timedelta(hours=hours))


def test_a_signed_address_never_opens_more_than_its_key(client: TestClient, keys: Keys) -> None:
    keys.give("partner", "restricted", "velvet")
    heard(client)
    token = signed(keys, "partner", "confidential", "velvet", "obsidian")
    assert client.get(f"/t/{token}/layers/velvet").status_code == 200
    assert client.get(f"/t/{token}/layers/obsidian").status_code == 404


def test_a_signed_address_ends_with_its_key_its_time_or_another_secret(client: TestClient, keys: Keys) -> None:
    keys.give("partner", "restricted")
    heard(client)
    good = signed(keys, "partner", "restricted", "velvet")
    claims = jwt.decode(good, options={"verify_signature": False})
    over = jwt.encode({**claims, "exp": datetime.now(UTC) - timedelta(seconds=1)}, SECRET, "HS256")
    bare = jwt.encode(claims, "", "none")
    other = signed(keys, "partner", "restricted", "velvet", secret="+" * 32)
    for token in (over, bare, other, good[:-2], "x", ""):
        assert client.get(f"/t/{token}/layers/velvet").status_code == 401, token
    execute(keys.dsn, "update catalog.api_key set revoked_at = now()")
    heard(client)
    assert client.get(f"/t/{good}/layers/velvet").status_code == 401


# -------------------------------------------------------------------------------------------------- bearer tokens


@pytest.fixture(scope="module")
def issuer_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


class Issuer:
    """An identity provider: its keys, and tokens with or without faults."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.key, self.reads, self.down = key, 0, False
        public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "shared"}
        self.keys: dict[str, Any] = {"keys": [{**public, "kid": "one", "alg": "RS256"}, shared]}

    def read(self, _: str) -> bytes:
        self.reads += 1
        if self.down:
            raise OSError("down")
        return json.dumps(self.keys).encode()

    def token(self, kid: str = "one", algorithm: str = "RS256", key: Any = None, **said: Any) -> str:
        now = datetime.now(UTC)
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now + timedelta(minutes=5)}
        usual |= {"hexwatch_clearance": "restricted"}
        claims = {k: v for k, v in {**usual, **said}.items() if v is not None}
        return jwt.encode(claims, self.key if key is None else key, algorithm, headers={"kid": kid})


@pytest.fixture
def issuer(issuer_key: rsa.RSAPrivateKey) -> Issuer:
    return Issuer(issuer_key)


@pytest.fixture
def trusting(mission: str, settings_of: Any, issuer: Issuer) -> Iterator[TestClient]:
    chosen = settings_of(mission, oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_jwks_url="https://id.example/jwks")
    with TestClient(create_app(chosen), raise_server_exceptions=False) as served:
        state = served.app.api.state.hexwatch  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
        state.gate._bearers = Bearers(
            Trusted(ISSUER, AUDIENCE, "https://id.example/jwks", ("RS256", "ES256"), "hexwatch_clearance"), issuer.read
        )
        yield served


def confused(token: str, public: bytes) -> str:
    """The token signed with what everybody can read, as if that were a shared secret (RFC 8725, 2.1)."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one","typ":"JWT"}').rstrip(b"=").decode()
    body = f"{head}.{token.split('.')[1]}"
    seal = base64.urlsafe_b64encode(hmac.digest(public, body.encode(), "sha256")).rstrip(b"=").decode()
    return f"{body}.{seal}"


def status(client: TestClient, token: str, path: str = VELVET) -> int:
    return client.get(path, headers={"authorization": f"Bearer {token}"}).status_code


def test_29_a_token_of_the_issuer_opens_its_clearance(trusting: TestClient, issuer: Issuer) -> None:
    assert status(trusting, issuer.token()) == 200
    assert status(trusting, issuer.token(), "/layers/obsidian") == 404
    assert status(trusting, issuer.token(hexwatch_clearance=None)) == 404
    assert status(trusting, issuer.token(hexwatch_clearance="public")) == 404
    assert issuer.reads == 1


def test_29_forged_and_misdirected_tokens_are_refused(trusting: TestClient, issuer: Issuer) -> None:
    pem = issuer.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    old = datetime.now(UTC) - timedelta(minutes=5)
    stranger = rsa.generate_private_key(65537, 2048)
    faults = {
        "none": issuer.token(algorithm="none", key=""),
        "the public key as a shared secret": confused(issuer.token(), pem),
        "a shared secret among the keys": issuer.token("shared", "HS256", b"secret-secret-secret-secret-secret"),
        "another issuer": issuer.token(iss="https://evil.example"),
        "another audience": issuer.token(aud="another"),
        "no audience": issuer.token(aud=None),
        "expired": issuer.token(exp=old),
        "without an end": issuer.token(exp=None),
        "nobody": issuer.token(sub=None),
        "not yet": issuer.token(nbf=datetime.now(UTC) + timedelta(minutes=5)),
        "another's key": issuer.token(key=stranger),
        "unknown key": issuer.token("two"),
        "unknown clearance": issuer.token(hexwatch_clearance="emperor"),
        "algorithm not allowed": issuer.token(algorithm="RS512"),
        "cut": issuer.token()[:-3],
        "a signed address": addresses.sign(SECRET, "0" * 12, Audience.RESTRICTED, ("velvet",), timedelta(hours=1)),
    }
    assert {what: status(trusting, token) for what, token in faults.items()} == dict.fromkeys(faults, 401)
    assert issuer.reads <= 2  # unknown keys cannot make us ask without end


def test_29_keys_that_are_known_count_while_the_issuer_is_away(trusting: TestClient, issuer: Issuer) -> None:
    assert status(trusting, issuer.token()) == 200
    issuer.down = True
    assert status(trusting, issuer.token()) == 200
    assert status(trusting, issuer.token("two")) == 401


def test_29_nobody_is_let_in_unchecked(trusting: TestClient, issuer: Issuer) -> None:
    issuer.down = True
    assert status(trusting, issuer.token()) == 503
    assert trusting.get("/layers/quartz").status_code == 200


def test_tokens_are_refused_where_no_issuer_is_set(client: TestClient, issuer: Issuer) -> None:
    assert status(client, issuer.token()) == 401


def test_keys_do_not_count_where_they_cannot_be_checked(
    client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.give("anna", "restricted")
    heard(client)
    monkeypatch.setattr(gate, "HEARD", -1.0)  # however lately the database was heard
    answer = client.get(VELVET, headers={"x-api-key": key})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert client.get("/layers/quartz").status_code == 200


def test_a_revocation_is_heard_without_being_asked_for(client: TestClient, keys: Keys) -> None:
    """By the database's own notice, while the service runs."""
    key = keys.give("anna", "restricted")
    heard(client)
    with psycopg.connect(keys.dsn) as conn:
        conn.execute("update catalog.api_key set revoked_at = now()")
    deadline = datetime.now(UTC) + timedelta(seconds=55)
    while client.get(VELVET, headers={"x-api-key": key}).status_code != 401:
        assert datetime.now(UTC) < deadline
