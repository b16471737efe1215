"""The gate: turns what a request says into a reader, and knows what each reader is shown."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hexwatch_schemas.access import addresses
from hexwatch_schemas.access.keys import presented
from hexwatch_schemas.settings import Settings
from hexwatch_schemas.words import Audience

from ..database import Database, Unavailable, sql
from .bearer import Bearers, Trusted
from .credentials import SIGNED, Credential, Kind, Refused
from .policy import Policy
from .readers import RANKS, Reader

HEARD = 60.0  # seconds for which keys count without word from the database: one could have been revoked


@dataclass(frozen=True)
class Key:
    """A key that was not revoked."""

    id: str
    name: str
    hash: bytes
    clearance: Audience
    layers: frozenset[str] | None
    expires: datetime

    @property
    def works(self) -> bool:
        """Whether it has not expired."""
        return datetime.now(UTC) < self.expires


class Gate:
    """Keys and policy as the database last told them."""

    def __init__(self, settings: Settings) -> None:
        self.policy = Policy()
        self._secret = settings.signing_secret
        self._bearers = Bearers(trusted) if (trusted := _trusted(settings)) else None
        self._keys: Mapping[str, Key] = {}
        self._heard = -HEARD
        self._lock = asyncio.Lock()

    async def refresh(self, database: Database) -> bool:
        """Read keys and policy anew; whether anything changed. Raises Unavailable."""
        async with self._lock:  # of two readings the later one must win
            asked = time.monotonic()
            keys = {row["id"]: _key(row) for row in await database.fetch(sql("access.keys"), {})}
            layers = await database.fetch(sql("access.layers"), {})
            policy = Policy.from_rows(layers, await database.fetch(sql("access.records"), {}))
            changed = (keys, policy) != (self._keys, self.policy)
            self._keys, self.policy, self._heard = keys, policy, asked
            return changed

    async def reader(self, said: Credential) -> Reader:
        """Who asks. Raises Refused, and Unavailable where that cannot be found out."""
        if said.kind is Kind.KEY:
            return _of_key(self._presented(said.text))
        if said.kind is Kind.SIGNED and self._secret is not None:
            return self._signed(self._secret, said.text)
        if said.kind is Kind.BEARER and self._bearers is not None:
            found = await self._bearers.identity(said.text)
            if found is not None:
                return Reader(found.clearance, None, found.name)
        raise _refused()

    def _presented(self, text: str) -> Key:
        given = presented(text)
        key = self._key(given.id) if given else None
        if given is None or key is None or not hmac.compare_digest(given.hash, key.hash):
            raise _refused()
        return key

    def _key(self, key: str) -> Key | None:
        if time.monotonic() - self._heard > HEARD:
            raise Unavailable("Keys cannot be checked while the database is away.", hint="Try again in a moment.")
        found = self._keys.get(key)
        return found if found is not None and found.works else None

    def _signed(self, secret: str, token: str) -> Reader:
        ticket = addresses.read(secret, token)
        key = self._key(ticket.key) if ticket else None
        if ticket is None or key is None:
            raise _refused()
        clearance = min(ticket.clearance, key.clearance, key=RANKS.__getitem__)
        layers = frozenset(ticket.layers) if key.layers is None else key.layers & frozenset(ticket.layers)
        return Reader(clearance, layers, f"{key.name} (address)", f"{SIGNED}{token}/".lstrip("/"))


def _of_key(key: Key) -> Reader:
    return Reader(key.clearance, key.layers, key.name)


def _refused() -> Refused:
    """One sentence for all reasons: which of them it was helps only who guesses."""
    return Refused("The key or token does not count.", hint="It may be wrong, revoked or expired.")


def _key(row: Mapping[str, object]) -> Key:
    layers = row["layers"]
    return Key(
        str(row["id"]), str(row["name"]), bytes(row["hash"]), Audience(str(row["clearance"])),  # pyright: ignore[reportArgumentType]
        None if layers is None else frozenset(layers), row["expires_at"],  # pyright: ignore[reportArgumentType]
    )  # fmt: skip


def _trusted(settings: Settings) -> Trusted | None:
    if not (settings.oidc_issuer and settings.oidc_audience and settings.oidc_jwks_url):
        return None
    algorithms = tuple(a.strip() for a in settings.oidc_algorithms.split(",") if a.strip())
    return Trusted(
        settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url, algorithms, settings.oidc_claim
    )
