"""Content codings: which one a client takes (RFC 9110, 12.5.3), and how hard each one works here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import brotli
import zstandard
from isal import isal_zlib

IDENTITY = "identity"
WORTH = 512  # bytes; a smaller body fits into one packet with its headers anyway

# Of each library the level with the least time from asking to having, over 16 Mbit/s; quickest first. `./run bench
# compression` prints the table.
CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.compress(body, 6),
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: isal_zlib.compress(body, 3, isal_zlib.MAX_WBITS | 16),
}


@lru_cache(maxsize=1024)
def chosen(accepted: str) -> str:
    """The coding to answer an Accept-Encoding header with: the client's weights first, then our own order.

    A client that takes nothing we have gets the plain bytes, as if it had not asked (RFC 9110, 12.5.3, last paragraph).
    """
    weights = dict(map(_weighed, accepted.lower().split(",")))
    others = weights.get("*", 0.0)
    ours = {coding: weights.get(coding, others) for coding in CODINGS}
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
