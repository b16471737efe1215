"""Signed addresses for clients that can send no headers: short-lived, for some layers, on behalf of a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from ..errors import UsageError
from ..words import Audience

LONGEST = timedelta(days=7)
_AUDIENCE, _ALGORITHM = "hexwatch-address", "HS256"


@dataclass(frozen=True)
class Ticket:
    """What a signed address opens: less than its key does, never more."""

    key: str  # id of the API key on whose behalf it was signed
    clearance: Audience
    layers: tuple[str, ...]
    expires: datetime


def sign(secret: str, key: str, clearance: Audience, layers: tuple[str, ...], lasts: timedelta) -> str:
    """A token (JWT, RFC 7519) that stands in addresses. Raises UsageError where it would last too long."""
    if not timedelta(0) < lasts <= LONGEST:
        raise UsageError(f"A signed address lasts at most {LONGEST.days} days.")
    claims = {"aud": _AUDIENCE, "sub": key, "clearance": str(clearance), "layers": list(layers)}
    return jwt.encode({**claims, "exp": datetime.now(UTC) + lasts}, secret, algorithm=_ALGORITHM)


def read(secret: str, token: str) -> Ticket | None:
    """What a token opens; None where it is not ours, was changed, or is over."""
    try:
        said = jwt.decode(
            token, secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": ["exp", "sub", "aud"]}
        )
        until = datetime.fromtimestamp(said["exp"], UTC)
        return Ticket(said["sub"], Audience(said["clearance"]), tuple(map(str, said["layers"])), until)
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        return None
