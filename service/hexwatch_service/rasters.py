"""Rasters that may be served: files of the register, by catalogue id only."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.windows import Window, parse

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class RasterFile:
    """One COG of the folder of rasters."""

    key: str
    href: str
    bounds: Bounds  # degrees; west > east crosses the antimeridian
    crs: str
    width: int
    height: int
    resolution: float  # metres
    dtype: str
    nodata: str | None
    bands: tuple[Mapping[str, Any], ...]
    klass: str
    rendering: Mapping[str, Any]
    taken: Window | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> RasterFile:
        """A file as the register tells it."""
        first, last = row["first"], row["last"]
        taken = Window(datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date()) if first else None
        same = ("key", "href", "crs", "width", "height", "resolution", "dtype", "nodata", "rendering")
        return cls(
            bounds=tuple(row["bounds"]), bands=tuple(row["bands"]), klass=row["class"], taken=taken,
            **{name: row[name] for name in same},
        )  # fmt: skip

    @property
    def scaled(self) -> bool:
        """Whether stored numbers are not the values."""
        return any(b["scale"] != 1 or b["offset"] != 0 for b in self.bands)

    @property
    def maxzoom(self) -> int:
        """The web mercator zoom whose pixels are as fine as the raster's."""
        return max(0, min(24, math.ceil(math.log2(156543.03392804097 / self.resolution))))


@dataclass(frozen=True)
class Raster:
    """The files of one dataset at one release, newest first: a mosaic, a history, or both."""

    id: str
    title: str
    attribution: str
    licence: str
    citation: str
    synthetic: bool
    release: int
    published_at: datetime
    digest: str
    files: tuple[RasterFile, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Raster:
        """A raster of a row of `rasters.layers`."""
        return cls(**{**row, "files": tuple(RasterFile.from_row(f) for f in row["files"])})

    @property
    def first(self) -> RasterFile:
        """The newest file, whose colours are the layer's."""
        return self.files[0]

    @property
    def bounds(self) -> Bounds:
        """Around all files; where they cross the antimeridian, around the Earth."""
        boxes = [f.bounds for f in self.files]
        if len(boxes) == 1:
            return boxes[0]
        crossing = any(w > e for w, _, e, _ in boxes)
        west, east = (-180.0, 180.0) if crossing else (min(b[0] for b in boxes), max(b[2] for b in boxes))
        return west, min(b[1] for b in boxes), east, max(b[3] for b in boxes)

    @property
    def maxzoom(self) -> int:
        """Of its finest file."""
        return max(f.maxzoom for f in self.files)

    @property
    def times(self) -> tuple[str, ...]:
        """Days on which files begin, oldest first."""
        return tuple(sorted({f.taken.first.isoformat() for f in self.files if f.taken}))

    def at(self, datetime: str | None) -> tuple[RasterFile, ...]:
        """The files taken in a window, newest first; all where none is named. Raises UsageError and NotFound."""
        if datetime is None:
            return self.files
        days = [day for f in self.files if f.taken for day in (f.taken.first, f.taken.last)]
        if not days:
            raise NotFound(f"It is not known when raster {self.id!r} was taken.", hint="Ask without datetime.")
        window = parse(datetime, Window(min(days), max(days)))
        found = tuple(
            f for f in self.files if f.taken and f.taken.first <= window.last and f.taken.last >= window.first
        )
        if not found:
            raise NotFound(
                f"Raster {self.id!r} has no file of {window}.", hint=f"It has: {', '.join(self.times[-20:])}."
            )
        return found


def by_id(rows: Iterable[Mapping[str, Any]]) -> dict[str, Raster]:
    """The rasters of rows that have files."""
    return {row["id"]: Raster.from_row(row) for row in rows if row["files"]}
