"""What is asked of a source and what it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hexwatch_schemas.errors import HexwatchError
from hexwatch_schemas.windows import Window


class UpstreamError(HexwatchError):
    """A source did not answer as it should; nothing was loaded, and the watermark stays."""


class EmptyAnswer(UpstreamError):
    """A source answered without rows where there should be some: that is not taken for zero."""


@dataclass(frozen=True)
class Mark:
    """What a source said of one file that it gave."""

    address: str
    etag: str | None = None
    modified: str | None = None
    sha256: str | None = None


Known = Mapping[str, Mark]  # by address: what was loaded before


@dataclass(frozen=True)
class Wanted:
    """What is to be fetched."""

    dataset: str
    folder: Path  # for what comes; kept until it is loaded, so that pages need not come twice
    beside: Path  # the folder of the project file
    window: Window | None = None  # days, lag included
    since: str | None = None  # of sources that are asked by time of change: where the last load ended
    known: Known = field(default_factory=dict)


@dataclass(frozen=True)
class Fetched:
    """What came: files to load, and what to note once they are."""

    files: tuple[Path, ...] = ()
    marks: tuple[Mark, ...] = ()
    source: str | None = None  # that reads them, where the client knows
    gone: tuple[str, ...] = ()  # keys that were deleted at the source
    reached: str | None = None  # where the next time begins, of sources asked by time of change
