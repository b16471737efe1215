"""Content codings: which one a client takes (RFC 9110, 12.5.3), and how hard each one works here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache

import brotli
import zstandard
from isal import isal_zlib

IDENTITY = "identity"
WORTH = 512  # bytes; a smaller body fits into one packet with its headers anyway

Encoder = Callable[[bytes], bytes]


class Effort(Enum):
    """How hard to compress, by the measurements of `./run bench compression`; codings in order of preference."""

    encoders: Mapping[str, Encoder]

    def __new__(cls, word: str, brotli_quality: int, zstd_level: int, deflate_level: int) -> Effort:
        member = object.__new__(cls)
        member._value_ = word
        member.encoders = {
            "br": lambda body: brotli.compress(body, quality=brotli_quality),
            "zstd": lambda body: zstandard.ZstdCompressor(level=zstd_level).compress(body),
            "gzip": lambda body: isal_zlib.compress(body, deflate_level, isal_zlib.MAX_WBITS | 16),
        }
        return member

    QUICK = "made while somebody waits", 4, 3, 2
    THOROUGH = "made once and kept for good", 9, 15, 3


@lru_cache(maxsize=1024)
def chosen(accepted: str) -> str:
    """The coding to answer an Accept-Encoding header with: the client's weights first, then our own order.

    A client that takes nothing we have gets the plain bytes, as if it had not asked (RFC 9110, 12.5.3, last paragraph).
    """
    weights = dict(map(_weighed, accepted.lower().split(",")))
    others = weights.get("*", 0.0)
    ours = {coding: weights.get(coding, others) for coding in Effort.QUICK.encoders}
    best = max(ours, key=ours.__getitem__)
    return best if ours[best] > 0 and ours[best] >= weights.get(IDENTITY, 0.0) else IDENTITY


def _weighed(item: str) -> tuple[str, float]:
    """One item of the header; a weight that is none counts as a refusal."""
    coding, _, parameter = item.partition(";")
    name, _, value = parameter.partition("=")
    return coding.strip(), _weight(name.strip(), value) if parameter else 1.0


def _weight(name: str, value: str) -> float:
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name == "q" and 0 <= weight <= 1 else 0.0
