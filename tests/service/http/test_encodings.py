"""Which coding a client gets."""

from __future__ import annotations

import gzip

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_service.encodings import CODINGS, IDENTITY, chosen

NAMES = [*CODINGS, IDENTITY]
DECODERS = {"br": brotli.decompress, "zstd": zstandard.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", IDENTITY),
        ("gzip", "gzip"),
        ("GZIP;Q=0.5", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("zstd;q=0.8, gzip;q=0.8", "zstd"),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "br"),
        ("gzip;q=0", IDENTITY),
        ("identity;q=1, gzip;q=0.5", IDENTITY),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0", IDENTITY),
        ("gzip;q=much, deflate", IDENTITY),
        ("gzip;q=7", IDENTITY),
        ("gzip;q=nan", IDENTITY),
        ("gzip;level=9", IDENTITY),
        ("compress", IDENTITY),
    ],
)
def test_the_clients_weights_decide_then_our_order(accepted: str, coding: str) -> None:
    assert chosen(accepted) == coding


@given(st.text())
def test_any_header_gives_a_coding(accepted: str) -> None:
    assert chosen(accepted) in NAMES


@given(st.dictionaries(st.sampled_from([*NAMES, "deflate"]), st.integers(0, 1000)))
def test_no_coding_is_sent_that_is_refused_or_less_wanted(weights: dict[str, int]) -> None:
    coding = chosen(", ".join(f"{name};q={weight / 1000}" for name, weight in weights.items()))
    if coding != IDENTITY:
        assert weights[coding] > 0
        assert weights[coding] == max(weights.get(name, 0) for name in NAMES)


@given(st.binary(max_size=2000))
def test_what_is_encoded_can_be_decoded(body: bytes) -> None:
    assert {name: DECODERS[name](encode(body)) for name, encode in CODINGS.items()} == dict.fromkeys(DECODERS, body)
