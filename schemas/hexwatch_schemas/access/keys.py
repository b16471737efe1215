"""API keys: what a person is given, and what is kept of it."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import NamedTuple

PREFIX = "hwk"
_FORM = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")


class Presented(NamedTuple):
    """A key as it comes with a request."""

    id: str
    hash: bytes  # 32 bytes


@dataclass(frozen=True)
class Minted:
    """A new key; `text` is shown once and kept nowhere."""

    id: str
    hash: bytes
    text: str


def mint() -> Minted:
    """A key of 256 random bits."""
    key, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return Minted(key, digest(secret), f"{PREFIX}_{key}_{secret}")


def digest(secret: str) -> bytes:
    """What is kept of a secret: it is random, so one SHA-256 leaves nothing to guess (NIST SP 800-63B, 5.1.2.2)."""
    return hashlib.sha256(secret.encode("ascii")).digest()


def presented(text: str) -> Presented | None:
    """The key that a text is; None where it has not the form of one."""
    found = _FORM.fullmatch(text)
    return None if found is None else Presented(found[1], digest(found[2]))
