"""What may be served: the layers of the database as one immutable picture, renewed when a release is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hexwatch_schemas import indicators
from hexwatch_schemas.errors import NotFound, UsageError
from hexwatch_schemas.indicators import Indicator
from hexwatch_schemas.tiles import MAX_CELLS_ASKED, finest_resolution, resolution_for_zoom, zooms_of_resolution
from hexwatch_schemas.windows import Window

from .engine.mvt import STATE
from .engine.snapshot import Snapshot
from .ogc.stored.collection import Stored

_AS_IT_STANDS = (
    "id", "title", "minzoom", "maxzoom", "dataset", "kind", "attribution", "licence", "citation", "synthetic",
    "release", "published_at", "digest",
)  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """One layer at one release."""

    id: str
    title: str
    indicators: tuple[Indicator, ...]
    minzoom: int
    maxzoom: int
    window: Window  # where none is asked for
    dataset: int
    kind: str
    base: int
    attribution: str
    licence: str
    citation: str
    synthetic: bool
    release: int
    published_at: datetime
    extent: Window  # first and last day of the data
    bounds: tuple[float, float, float, float]
    digest: str
    measures: tuple[str, ...]
    categories: Mapping[str, int]
    snapshot: Snapshot = field(compare=False, repr=False)
    until: date | None = None  # later days are held back from who sees it

    @property
    def watched(self) -> bool:
        """Whether it is known who looked, so that cells have states."""
        return self.snapshot.watched

    @property
    def dimension(self) -> int:
        """Of its geometries: hexagons are areas."""
        return 2

    @property
    def columns(self) -> tuple[str, ...]:
        """What each cell has: the indicators, and the state where it is known."""
        return (*(i.id for i in self.indicators), *([STATE] if self.watched else []))

    @classmethod
    def from_row(cls, row: Mapping[str, Any], snapshot: Snapshot) -> Layer:
        """A layer of a row of `catalogue.layers` and the numbers of its release."""
        extent = Window(row["data_from"], row["data_through"])
        west, south, east, north = row["bounds"] or (-180.0, -85.0, 180.0, 85.0)
        return cls(
            indicators=tuple(indicators.get(i) for i in row["indicators"]),
            window=Window(row["window_from"] or extent.first, row["window_to"] or extent.last),
            base=row["base_resolution"],
            extent=extent,
            bounds=(west, south, east, north),
            measures=snapshot.measures,
            categories=dict(sorted((row["categories"] or {}).items())),
            snapshot=snapshot,
            **{k: row[k] for k in _AS_IT_STANDS},
        )

    def indicator(self, name: str) -> Indicator:
        """One of the layer's indicators. Raises NotFound."""
        for found in self.indicators:
            if found.id == name:
                return found
        raise NotFound(
            f"Layer {self.id!r} has no indicator {name[:40]!r}.",
            hint=f"It has: {', '.join(i.id for i in self.indicators)}.",
        )

    def resolution(self, zoom: int, wanted: int | None = None) -> int:
        """The resolution drawn at a zoom, or the one that is wanted. Raises UsageError where that is too fine."""
        finest = finest_resolution(zoom, self.base, MAX_CELLS_ASKED)
        if wanted is not None and wanted > finest:
            raise UsageError(
                f"resolution={wanted}: at zoom {zoom} layer {self.id!r} has tiles of resolution 1 to {finest}.",
                hint=f"Its finest is {self.base}, and a tile holds up to {MAX_CELLS_ASKED:,} cells.",
            )
        return wanted or resolution_for_zoom(zoom, self.base)

    def seen(self, window: Window) -> Window:
        """The window without days that are held back; where nothing is left, one in which there is nothing."""
        if self.until is None or window.last <= self.until:
            return window
        before = self.extent.first - timedelta(days=1)
        return Window(window.first, self.until) if window.first <= self.until else Window(before, before)

    def zooms(self, resolution: int) -> range:
        """The zooms at which a resolution is drawn."""
        return zooms_of_resolution(resolution, self.base, self.minzoom, self.maxzoom)


@dataclass(frozen=True)
class Catalogue:
    """All layers at one moment."""

    layers: Mapping[str, Layer]
    stored: Mapping[str, Stored] = field(default_factory=dict)

    def get(self, name: str) -> Layer | Stored | None:
        """A layer, or a collection of single records, if there is one of the name."""
        return self.layers.get(name) or self.stored.get(name)

    def collection(self, name: str) -> Layer | Stored:
        """The same. Raises NotFound."""
        return self.get(name) or self[name]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers.values())

    def __getitem__(self, layer: str) -> Layer:
        try:
            return self.layers[layer]
        except KeyError:
            raise NotFound(f"There is no layer {layer[:60]!r}.", hint="See /layers.") from None
