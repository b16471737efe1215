"""The files of the pages: most are named by their content, so that browsers may keep them for good."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

from .answers import FOREVER, Representation, Resource
from .flights import Flights

REVALIDATE = "public, no-cache"
_HASHED = re.compile(r"-[\w-]{8}\.\w+$")  # as Vite names them

# The machine's own list may lack these, or call a script text/plain: a browser would refuse it.
_TYPES = {".js": "text/javascript", ".geojson": "application/geo+json", ".css": "text/css", ".svg": "image/svg+xml"}


def read() -> Mapping[str, Resource]:
    """By path below the root of the service; looked for once, so that no request can name another file."""
    package = Path(str(resources.files("hexwatch_service")))
    kept: Flights[Representation] = Flights(1 << 30, lambda found: found.nbytes)  # as many as there are files
    return dict(_folder(package / "static", "static/", kept)) | dict(_folder(package / "pages", "", kept))


def _folder(folder: Path, prefix: str, kept: Flights[Representation]) -> Iterator[tuple[str, Resource]]:
    for file in sorted(folder.rglob("*.*")):
        if file.suffix != ".html":  # a page is served with its policy, by its route
            yield prefix + file.relative_to(folder).as_posix(), _resource(file, kept)


def _resource(file: Path, kept: Flights[Representation]) -> Resource:
    digest = hashlib.blake2b(file.read_bytes(), digest_size=12).hexdigest()
    return Resource(
        ("file", file.name, digest),
        lambda: asyncio.to_thread(file.read_bytes),
        kept,
        media_type=_media_type(file),
        cache_control=FOREVER if _HASHED.search(file.name) else REVALIDATE,
    )


def _media_type(file: Path) -> str:
    known = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{known}; charset=utf-8" if known.startswith("text/") else known
