"""What a request says of who asks: a bearer token, a key, or a signed address. Read once, before anything else."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from hexwatch_schemas.errors import HexwatchError

SIGNED = "/t/"
CHALLENGE = 'Basic realm="Hexwatch", charset="UTF-8"'


class Refused(HexwatchError):
    """Who asks is not who they say, or no longer may."""


class Kind(Enum):
    """In which form."""

    KEY = auto()
    BEARER = auto()
    SIGNED = auto()
    NONSENSE = auto()


@dataclass(frozen=True)
class Credential:
    """What was said, and the path that is left to ask for."""

    kind: Kind
    text: str = ""
    path: str = ""


def said(path: str, headers: Iterable[tuple[bytes, bytes]]) -> Credential | None:
    """The credential of a request; None where it says nothing. Two at once are nonsense: which one is meant?"""
    found = [_of_header(name, value) for name, value in headers if name in (b"authorization", b"x-api-key")]
    if path.startswith(SIGNED):
        token, slash, rest = path.removeprefix(SIGNED).partition("/")
        found.append(Credential(Kind.SIGNED, token, slash + rest or "/"))
    return None if not found else found[0] if len(found) == 1 else Credential(Kind.NONSENSE)


def _of_header(name: bytes, value: bytes) -> Credential:
    if name == b"x-api-key":
        return Credential(Kind.KEY, value.decode("latin-1"))
    scheme, _, text = value.decode("latin-1").partition(" ")
    text = text.strip()
    if scheme.lower() == "basic":
        return _basic(text)
    if scheme.lower() != "bearer" or not text:
        return Credential(Kind.NONSENSE)
    return Credential(Kind.KEY if text.startswith("hwk_") else Kind.BEARER, text)


def _basic(text: str) -> Credential:
    """A key as the password, whatever the user's name is (RFC 7617): for clients that know nothing else."""
    try:
        _, _, password = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return Credential(Kind.NONSENSE)
    return Credential(Kind.KEY, password)
