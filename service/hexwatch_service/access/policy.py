"""What each clearance is shown: the catalogue filtered once for each kind of reader, never in a route."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from hexwatch_schemas.windows import Window

from ..catalogue import Catalogue, Layer
from ..rasters import Raster
from .readers import Reader

T = TypeVar("T")


@dataclass(frozen=True)
class Limit:
    """How much of a layer a clearance sees."""

    audience: int  # rank of the widest audience that sees it at all
    finest: int | None = None
    delay: int | None = None  # days

    @property
    def narrows(self) -> bool:
        """Whether anything is held back."""
        return self.finest is not None or self.delay is not None


@dataclass(frozen=True)
class Policy:
    """The answers of the database's views `layer_reader` and `records_reader`. What is not in them is not there."""

    layers: Mapping[tuple[str, int], Limit] = field(default_factory=dict)  # by name and rank
    records: Mapping[tuple[str, int], int] = field(default_factory=dict)  # audience, by dataset and rank

    @classmethod
    def from_rows(cls, layers: Iterable[Mapping[str, Any]], records: Iterable[Mapping[str, Any]]) -> Policy:
        """As the database has it."""
        return cls(
            {
                (r["layer"], r["clearance"]): Limit(r["audience"], r["finest_resolution"], r["delay_days"])
                for r in layers
            },
            {(r["id"], r["clearance"]): r["audience"] for r in records},
        )

    def limit(self, name: str, reader: Reader) -> Limit | None:
        """What a reader sees of a layer or raster; None: it does not exist for them."""
        # A key for other layers sees of this one what anyone does.
        for rank in (reader.rank, 0) if reader.layers is None or name in reader.layers else (0,):
            found = self.layers.get((name, rank))
            if found is not None:
                return found
        return None

    def catalogue(self, held: Catalogue, reader: Reader, today: date) -> Catalogue:
        """What of a catalogue a reader is shown."""
        layers = _shown(held.layers, lambda name, layer: _layer(layer, self.limit(name, reader), today))
        return Catalogue(layers, {n: s for n, s in held.stored.items() if self._opens(s.dataset, reader)})

    def rasters(self, held: Mapping[str, Raster], reader: Reader, today: date) -> dict[str, Raster]:
        """What of the rasters a reader is shown."""
        return _shown(held, lambda name, raster: _raster(raster, self.limit(name, reader), today))

    def _opens(self, dataset: str, reader: Reader) -> bool:
        audience = self.records.get((dataset, reader.rank))
        return audience is not None and reader.opens(dataset, audience)


def _shown(held: Mapping[str, T], see: Callable[[str, T], T | None]) -> dict[str, T]:
    found = {name: see(name, one) for name, one in held.items()}
    return {name: one for name, one in found.items() if one is not None}


def _layer(layer: Layer, limit: Limit | None, today: date) -> Layer | None:
    if limit is None or not limit.narrows:
        return layer if limit is not None else None
    extent = _until(layer.extent, limit, today)
    if extent is None:
        return None
    window = _until(layer.window, limit, today) or extent
    base = min(layer.base, limit.finest or layer.base)
    # What is seen is other numbers: another digest keeps them apart in every cache.
    digest = f"{layer.digest}-{base}-{extent.last}"
    return replace(layer, base=base, extent=extent, window=window, until=extent.last, digest=digest)


def _until(window: Window, limit: Limit, today: date) -> Window | None:
    """The window without the days that are held back; None where that is all of it."""
    last = window.last if limit.delay is None else min(window.last, today - timedelta(days=limit.delay))
    return Window(window.first, last) if window.first <= last else None


def _raster(raster: Raster, limit: Limit | None, today: date) -> Raster | None:
    """A raster cannot be made coarser here: who sees only coarse cells sees its hexagons, not its pixels."""
    if limit is None or limit.finest is not None:
        return None
    if limit.delay is None:
        return raster
    last = today - timedelta(days=limit.delay)
    files = tuple(f for f in raster.files if f.taken is not None and f.taken.last <= last)
    return replace(raster, files=files, digest=f"{raster.digest}-{last}") if files else None
