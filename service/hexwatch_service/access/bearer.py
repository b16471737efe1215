"""Bearer tokens of an identity provider (OIDC): checked against its published keys (RFC 7519, RFC 8725)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import jwt
import orjson

from hexwatch_schemas.words import Audience

from ..database import Unavailable

FRESH = 600.0  # seconds for which the issuer's keys are taken as they were read
KEPT = 3600.0  # seconds for which they still count while the issuer is away: it may have taken one back
PAUSE = 10.0  # seconds between two readings, however many unknown keys are named meanwhile
LARGEST = 1 << 20  # bytes of the issuer's keys
LEEWAY = 30  # seconds by which clocks may differ


@dataclass(frozen=True)
class Trusted:
    """Whose tokens are taken, and what must stand in them."""

    issuer: str
    audience: str
    keys_url: str
    algorithms: tuple[str, ...]
    claim: str


@dataclass(frozen=True)
class Identity:
    """Somebody the provider knows."""

    name: str
    clearance: Audience


class Bearers:
    """Reads tokens; the issuer's keys are read when needed, once for all who wait."""

    def __init__(self, trusted: Trusted, read: Callable[[str], bytes] | None = None) -> None:
        """`read`: how the address of the keys is read."""
        self._trusted, self._read = trusted, read or _read
        self._keys: dict[str, jwt.PyJWK] = {}
        self._at = self._tried = -FRESH * 10
        self._lock = asyncio.Lock()

    async def identity(self, token: str) -> Identity | None:
        """Whose token it is; None where it does not count. Raises Unavailable where that cannot be found out."""
        try:
            head = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            return None
        if head.get("alg") not in self._trusted.algorithms:
            return None
        key = await self._key(str(head.get("kid", "")))
        return None if key is None else self._checked(token, key)

    def _checked(self, token: str, key: jwt.PyJWK) -> Identity | None:
        t = self._trusted
        try:
            said: dict[str, Any] = jwt.decode(
                token, key, algorithms=list(t.algorithms), issuer=t.issuer, audience=t.audience, leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )  # fmt: skip
            return Identity(f"oidc:{said['sub']}", Audience(said.get(t.claim, Audience.PUBLIC)))
        except (jwt.PyJWTError, ValueError, TypeError):
            return None

    async def _key(self, name: str) -> jwt.PyJWK | None:
        now = time.monotonic()
        async with self._lock:
            wanted = name not in self._keys or now - self._at > FRESH
            if wanted and now - self._tried > PAUSE:
                self._tried = now
                await self._renew(now)
        if time.monotonic() - self._at > KEPT:
            raise Unavailable("Who you are cannot be checked.", hint="Try again in a moment.")
        return self._keys.get(name)

    async def _renew(self, now: float) -> None:
        """Read the keys anew; where that fails, those that are known count for a while."""
        try:
            found = orjson.loads(await asyncio.to_thread(self._read, self._trusted.keys_url))
            keys = [jwt.PyJWK.from_dict(one) for one in found["keys"] if one.get("kid")]
        except (OSError, URLError, ValueError, KeyError, TypeError, jwt.PyJWTError):
            return
        # A shared secret among public keys would let anybody sign with what everybody can read.
        self._keys = {str(k.key_id): k for k in keys if k.key_type != "oct"}
        self._at = now


def _read(url: str) -> bytes:
    """The operator's setting, never a client's word."""
    asked = Request(url, headers={"accept": "application/json"})  # noqa: S310 (https is demanded of the setting)
    with urlopen(asked, timeout=3) as answer:  # noqa: S310
        return answer.read(LARGEST)
