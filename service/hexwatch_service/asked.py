"""What a request asks of a layer: window, categories, columns. Anything it cannot mean is said, not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import h3.api.basic_int as h3

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import NotFound, UsageError
from hexwatch_schemas.windows import Window, parse
from hexwatch_schemas.words import DatasetKind

from .catalogue import Layer


@dataclass(frozen=True)
class Asked:
    """A choice of a layer's numbers; equal choices are equal keys."""

    window: Window
    categories: tuple[str, ...] | None  # None: all
    columns: tuple[str, ...]
    against: Window | None = None  # the change since this window is asked for, not the numbers themselves

    @property
    def each(self) -> tuple[Asked, ...]:
        """The questions about one window that it is made of: where a change is asked for, the later comes first."""
        own = replace(self, against=None)
        return (own,) if self.against is None else (own, replace(own, window=self.against))

    def codes(self, layer: Layer) -> list[int] | None:
        """The categories as the facts have them."""
        return None if self.categories is None else [layer.categories[c] for c in self.categories]


def asked(
    layer: Layer, datetime: str | None, category: str | None, cols: str | None = None, against: str | None = None
) -> Asked:
    """The choice that the parameters name. Raises UsageError naming what is unknown and what there is."""
    window = layer.window if datetime is None else parse(datetime, layer.extent)
    if layer.kind == DatasetKind.RASTER:  # a stock: it is what it is, whatever the days
        window = layer.extent
    other = None if against is None else _compared(layer, window, against)
    return Asked(layer.seen(window), _categories(layer, category), _columns(layer, cols), other)


def cell_of(layer: Layer, text: str) -> int:
    """The H3 cell that a text names. Raises UsageError, and NotFound where the layer has none of its resolution."""
    try:
        index = hexgrid.from_text(text)
    except ValueError:
        raise UsageError(f"{text[:20]!r} is not an H3 cell.", hint="Write its 15 hexadecimal characters.") from None
    if not 1 <= h3.get_resolution(index) <= layer.base:
        raise NotFound(f"Layer {layer.id!r} has cells of resolution 1 to {layer.base}.")
    return index


def _compared(layer: Layer, window: Window, against: str) -> Window:
    """The other window. Raises UsageError where either has days that are not known: they would look like a change."""
    if layer.kind == DatasetKind.RASTER:
        raise UsageError(f"Layer {layer.id!r} is the same on all days: it has no change.")
    other, known = parse(against, layer.extent), layer.seen(layer.extent)
    for parameter, ends in (("datetime", window), ("against", other)):
        if ends.first < known.first or ends.last > known.last:
            raise UsageError(
                f"{parameter}={ends}: days that are not known would look like a change.",
                hint=f"Layer {layer.id!r} is known of {known}: keep both windows inside.",
            )
    return other


def _categories(layer: Layer, text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(sorted(_known("category", text, dict.fromkeys(layer.categories))))


def _columns(layer: Layer, text: str | None) -> tuple[str, ...]:
    ours = dict.fromkeys(layer.columns)
    if text is None:
        return tuple(ours)
    wanted = _known("cols", text, ours)
    return tuple(c for c in ours if c in wanted)


def _known(parameter: str, text: str, there: Mapping[str, None]) -> set[str]:
    wanted = set(filter(None, text.split(",")))
    unknown = sorted(wanted - there.keys())
    if unknown or not wanted:
        raise UsageError(
            f"{parameter}: there is no {', '.join(unknown)[:80] or 'name given'}.",
            hint=f"There are: {', '.join(there)}.",
        )
    return wanted
