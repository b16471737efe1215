"""What caches and browsers are told: releases for good, names for a minute, and nothing guessed from bytes."""

from __future__ import annotations

import pytest

from hexwatch_service.answers import etag, validates

from .conftest import Ways
from .test_encodings import DECODERS

TILE = "/tiles/mission/6/35/31.mvt"
OF_RELEASE = "/tiles/mission/r2/6/35/31.mvt"


def test_a_release_may_be_kept_for_good_and_a_name_for_a_minute(ways: Ways) -> None:
    newest, named = ways.short(TILE), ways.short(OF_RELEASE)
    assert newest.content == named.content
    assert newest.headers["etag"] == named.headers["etag"]
    assert newest.headers["cache-control"] == "public, max-age=60"
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(("release", "said"), [(1, "no longer serves release 1"), (3, "has no release 3")])
def test_another_release_is_not_answered_with_this_ones_numbers(ways: Ways, release: int, said: str) -> None:
    answer = ways.short(f"/tiles/mission/r{release}/6/35/31.mvt")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert said in answer.json()["description"]
    assert "serves release 2" in answer.json()["description"]


def test_each_encoding_is_kept_apart_and_has_one_validator(ways: Ways) -> None:
    plain = ways.short(TILE, **{"accept-encoding": "identity"})
    for coding, decode in DECODERS.items():
        with ways.client.stream("GET", TILE, headers={"accept-encoding": coding}) as packed:
            assert decode(b"".join(packed.iter_raw())) == plain.content
        assert packed.headers["content-encoding"] == coding
        assert packed.headers["vary"] == "accept-encoding, authorization, x-api-key"
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
        assert packed.headers["etag"] == plain.headers["etag"]
        again = ways.short(TILE, **{"accept-encoding": "identity", "if-none-match": packed.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_an_answer_that_is_unchanged_repeats_what_caches_need(ways: Ways) -> None:
    whole = ways.short(OF_RELEASE)
    again = ways.short(OF_RELEASE, **{"if-none-match": whole.headers["etag"]})
    assert {name: again.headers[name] for name in ("etag", "cache-control", "vary")} == {
        name: whole.headers[name] for name in ("etag", "cache-control", "vary")
    }
    assert "content-type" not in again.headers


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("*", True),
        ("TAG", True),
        ('"x", TAG', True),
        ("STRONG", True),
        ('"x"', False),
        ("", False),
        ('W/"x",W/"y"', False),
    ],
)
def test_validators_are_compared_weakly(held: str, expected: bool) -> None:
    tag = etag("a", 1)
    assert validates(held.replace("TAG", tag).replace("STRONG", tag.removeprefix("W/")), tag) is expected


@pytest.mark.parametrize(
    "path", [TILE, OF_RELEASE, "/tiles/mission/6/0/0.mvt", "/layers", "/", "/page.css", "/nothing", "/api"]
)
def test_head_is_get_without_a_body(ways: Ways, path: str) -> None:
    get, head = ways.client.get(path), ways.client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize(
    "path", [TILE, "/tiles/mission/6/0/0.mvt", "/layers", "/", "/page.css", "/nothing", f"{TILE}?cols="]
)
def test_no_browser_guesses_a_type(ways: Ways, path: str) -> None:
    assert ways.client.get(path).headers.get_list("x-content-type-options") == ["nosniff"]


def test_other_methods_are_refused(ways: Ways) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ways.client.request(method, TILE).status_code == 405


def test_a_forged_host_changes_no_byte(ways: Ways) -> None:
    forged = {
        "host": "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.example",
    }
    for path in (TILE, "/layers", "/tiles/mission/tilejson.json", "/styles/mission/incidents.json"):
        assert ways.short(path, **forged).content == ways.short(path).content


def test_layers_offer_tiles_by_name_and_by_release(ways: Ways) -> None:
    links = {link["rel"]: link["href"] for link in ways.short("/layers/mission").json()["links"]}
    assert links["tiles"].endswith("/tiles/mission/{z}/{x}/{y}.mvt")
    assert links["tiles-of-release"].endswith("/tiles/mission/r2/{z}/{x}/{y}.mvt")
    assert ways.short("/tiles/mission/tilejson.json").json()["tiles"] == [links["tiles"]]
