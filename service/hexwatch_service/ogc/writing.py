"""What a format is, and what it is given to write."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..catalogue import Layer
from ..state import State
from .documents import Document
from .selection import Page

CHUNK = 1 << 18  # bytes
PIECE = 5_000  # rows written at once


@dataclass(frozen=True)
class Sheet:
    """A page of features with all that belongs into an answer."""

    layer: Layer
    state: State
    page: Page
    links: list[Document]
    made: str  # RFC 3339

    @property
    def about(self) -> Mapping[str, Any]:
        """What whoever has the numbers must be able to tell: of what, of which release, from whom, on which terms."""
        layer, asked = self.layer, self.page.question.asked
        return {
            "title": layer.title,
            "layer": layer.id,
            "release": layer.release,
            "published": layer.published_at.isoformat(),
            "window": str(asked.window),
            "categories": ",".join(asked.categories or ()) or "all",
            "resolution": self.page.features.table.resolution,
            "synthetic": layer.synthetic,
            "attribution": layer.attribution,
            "licence": layer.licence,
            "citation": layer.citation,
            "source": self.state.url(f"collections/{layer.id}"),
        }


@dataclass(frozen=True)
class Format:
    """A way to write features."""

    id: str
    order: int
    title: str
    media_type: str
    write: Callable[[Sheet], Iterator[bytes]] = field(repr=False)  # in a thread; may take its time
    also: tuple[str, ...] = ()  # other media types that ask for it
    ending: str | None = None  # of the file's name; None: not a file but an answer to look at, in pages

    @property
    def answers(self) -> tuple[str, ...]:
        """Media types, without parameters, for which it is the answer."""
        return self.media_type.split(";")[0], *self.also


def through_file(write: Callable[[Path], None], ending: str) -> Iterator[bytes]:
    """The bytes of a file that a library can only write to disk; gone when they are read."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / f"features.{ending}"
        write(place)
        with place.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
