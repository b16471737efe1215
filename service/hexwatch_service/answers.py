"""Answers that caches understand: validators known before the work is done, bytes compressed once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from hexwatch_schemas import __version__

from .catalogue import Layer
from .encodings import CODINGS, IDENTITY, WORTH, chosen
from .flights import Flights
from .ogc.stored.collection import Stored

# A URL without a release in it may change at the next publish; until then a minute spares a bad line.
SHORT = "public, max-age=60"
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-store"
ASIDE = 64 << 10  # bytes; compressing more than this would keep other requests waiting, so a thread does it

RawHeaders = list[tuple[bytes, bytes]]
Headers = Iterable[tuple[bytes, bytes]]
Making = Callable[[], bytes | Coroutine[Any, Any, bytes]]  # bytes, where nothing need be waited for
# Every answer has these; a cache between must not answer somebody known with what it kept for anyone.
EVERYWHERE: RawHeaders = [(b"x-content-type-options", b"nosniff"), (b"vary", b"authorization, x-api-key")]
BODILESS = "hexwatch.bodiless"  # in the scope of a request whose answer's body nobody reads


@dataclass(frozen=True, slots=True)
class Representation:
    """Bytes as they travel, and the headers that describe them."""

    body: bytes
    headers: RawHeaders

    @property
    def nbytes(self) -> int:
        """Memory held, roughly: the body, its key and the entry."""
        return len(self.body) + 1000


class Reply(NamedTuple):
    """What is sent: the same from the short cut and from a route."""

    status: int
    headers: RawHeaders
    body: bytes


class Resource:
    """What an address names: enough to validate a client's copy, and to make the bytes if need be."""

    def __init__(
        self,
        key: Hashable,
        make: Making,
        kept: Flights[Representation],
        *,
        media_type: str,
        cache_control: str = SHORT,
        layer: Layer | Stored | None = None,
    ) -> None:
        """`key` holds all that the bytes depend on; `layer`, if given, is the collection the resource belongs to."""
        self.layer = layer
        self._make, self._kept, self._media_type = make, kept, media_type
        self.tag = etag(key)
        self._headers = [
            (b"etag", self.tag.encode()),
            (b"cache-control", cache_control.encode()),
            (b"vary", b"accept-encoding"),
            *EVERYWHERE,
        ]

    async def reply(self, headers: Headers) -> Reply:
        """The answer to a request with these headers: 304 where the client has it, 204 where there is nothing."""
        accepted, held = conditions(headers)
        return self.ready(accepted, held) or self._sent(await self._represented(chosen(accepted)))

    def ready(self, accepted: str, held: str) -> Reply | None:
        """The same, if nothing need be made for it."""
        if held and validates(held, self.tag):
            return Reply(304, self._headers, b"")
        found = self._kept.peek((self.tag, chosen(accepted)))
        return found and self._sent(found)

    def _sent(self, found: Representation) -> Reply:
        if not found.body:
            return Reply(204, self._headers, b"")
        return Reply(200, self._headers + found.headers, found.body)

    async def _represented(self, coding: str) -> Representation:
        """Made once per coding, when first asked for; a body that compressing would not help stays plain."""
        make = self._plain if coding == IDENTITY else lambda: self._encoded(coding)
        return await self._kept.get((self.tag, coding), make)

    def _plain(self) -> Representation | Coroutine[Any, Any, Representation]:
        made = self._make()
        return self._described(made) if isinstance(made, bytes) else self._awaited(made)

    async def _awaited(self, made: Coroutine[Any, Any, bytes]) -> Representation:
        return self._described(await made)

    async def _encoded(self, coding: str) -> Representation:
        plain = await self._represented(IDENTITY)
        if len(plain.body) < WORTH:
            return plain
        encode, aside = CODINGS[coding], len(plain.body) > ASIDE
        return self._described(await asyncio.to_thread(encode, plain.body) if aside else encode(plain.body), coding)

    def _described(self, body: bytes, coding: str = IDENTITY) -> Representation:
        encoded = [] if coding == IDENTITY else [(b"content-encoding", coding.encode())]
        said = [(b"content-type", self._media_type.encode()), (b"content-length", b"%d" % len(body)), *encoded]
        return Representation(body, said)


def etag(*parts: object) -> str:
    """A validator of all that an answer depends on.

    Weak (RFC 9110, 8.8.1): it is known before the bytes are, so it promises the same numbers rather than the same
    compressed bytes, and one tag for all codings survives a proxy that compresses anew. Only ranges would need a strong
    one, and none are served.
    """
    text = "\x1f".join(map(str, (__version__, *parts)))
    return f'W/"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def validates(held: str, tag: str) -> bool:
    """Whether an If-None-Match header names the tag (weak comparison: RFC 9110, 13.1.2)."""
    opaque = tag.removeprefix("W/")
    return held.strip() == "*" or any(one.strip().removeprefix("W/") == opaque for one in held.split(","))


def conditions(headers: Headers) -> tuple[str, str]:
    """Accept-Encoding and If-None-Match; a header that comes twice is a list in two parts (RFC 9110, 5.3)."""
    accepted: list[bytes] = []
    held: list[bytes] = []
    for name, value in headers:
        if name == b"accept-encoding":
            accepted.append(value)
        elif name == b"if-none-match":
            held.append(value)
    return b",".join(accepted).decode("latin-1"), b",".join(held).decode("latin-1")
