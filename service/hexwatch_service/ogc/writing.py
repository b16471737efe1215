"""What a format is, and what it is given to write."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from ..catalogue import Layer
from ..state import State
from .crs import Crs
from .documents import Document
from .property import Property
from .stored.collection import Stored

CHUNK = 1 << 18  # bytes
PIECE = 5_000  # rows written at once


class Page(Protocol):
    """Some features as formats see them, whatever they are of."""

    @property
    def matched(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def fields(self) -> Mapping[str, Property]: ...
    @property
    def crs(self) -> Crs: ...
    @property
    def about(self) -> Mapping[str, Any]: ...
    @property
    def kind(self) -> str: ...
    @property
    def has_gaps(self) -> bool: ...
    @property
    def next_offset(self) -> int | None: ...
    def ids(self) -> list[str]: ...
    def times(self) -> Sequence[tuple[date, date] | None]: ...
    def values(self, name: str) -> list[Any]: ...
    def geometries(self) -> list[Any]: ...
    def shapes(self, crs: Crs, kind: str) -> Any: ...
    def paths(self, crs: Crs) -> list[list[Any]]: ...
    def locations(self) -> list[str | None] | None: ...
    def strength(self) -> list[float]: ...
    def pieces(self, size: int) -> Sequence[Page]: ...
    @property
    def limit(self) -> int | None: ...
    @property
    def offset(self) -> int: ...


@dataclass(frozen=True)
class Sheet:
    """A page of features with all that belongs into an answer."""

    layer: Layer | Stored
    state: State
    page: Page
    links: list[Document]
    made: str  # RFC 3339

    @property
    def about(self) -> Mapping[str, Any]:
        """What whoever has the numbers must be able to tell: of what, of which release, from whom, on which terms."""
        layer = self.layer
        return {
            "title": layer.title,
            "layer": layer.id,
            "release": layer.release,
            "published": layer.published_at and layer.published_at.isoformat(),
            **self.page.about,
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
