"""Answers that caches understand: an ETag known before the work is done, and bytes compressed once."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from fastapi import Request, Response

from hexwatch_schemas import __version__

# A URL without a release in it may change at the next publish; until then a minute spares a bad line.
SHORT = "public, max-age=60"
NEVER = "no-store"
COMPRESS_FROM = 1024  # bytes; below, the header costs more than it saves


@dataclass(frozen=True)
class Body:
    """Bytes and, where it pays, their gzip form."""

    plain: bytes
    gzipped: bytes | None

    @classmethod
    def of(cls, plain: bytes) -> Body:
        """Level 1: most of the gain at a fraction of the time."""
        return cls(plain, gzip.compress(plain, 1, mtime=0) if len(plain) >= COMPRESS_FROM else None)

    def __len__(self) -> int:
        return len(self.plain) + len(self.gzipped or b"")


def etag(*parts: object) -> str:
    """A strong validator of all that an answer depends on."""
    text = "\x1f".join(map(str, (__version__, *parts)))
    return f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def unchanged(request: Request, tag: str) -> Response | None:
    """304 where the client already has this answer (RFC 9110, 13.1.2)."""
    said = request.headers.get("if-none-match", "")
    held = {t.strip().removeprefix("W/") for t in said.split(",")}
    if tag in held or "*" in held:
        return Response(status_code=304, headers={"etag": tag, "cache-control": SHORT, "vary": "accept-encoding"})
    return None


def answer(request: Request, body: Body, media_type: str, tag: str) -> Response:
    """The body in the form the client takes."""
    headers = {"etag": tag, "cache-control": SHORT, "vary": "accept-encoding"}
    if body.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body.gzipped, media_type=media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(body.plain, media_type=media_type, headers=headers)
