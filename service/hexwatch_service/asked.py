"""What a request asks of a layer: window, categories, columns. Anything it cannot mean is said, not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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

    def codes(self, layer: Layer) -> list[int] | None:
        """The categories as the facts have them."""
        return None if self.categories is None else [layer.categories[c] for c in self.categories]


def asked(layer: Layer, datetime: str | None, category: str | None, cols: str | None = None) -> Asked:
    """The choice that the parameters name. Raises UsageError naming what is unknown and what there is."""
    window = layer.window if datetime is None else parse(datetime, layer.extent)
    if layer.kind == DatasetKind.RASTER:  # a stock: it is what it is, whatever the days
        window = layer.extent
    return Asked(layer.seen(window), _categories(layer, category), _columns(layer, cols))


def cell_of(layer: Layer, text: str) -> int:
    """The H3 cell that a text names. Raises UsageError, and NotFound where the layer has none of its resolution."""
    try:
        index = hexgrid.from_text(text)
    except ValueError:
        raise UsageError(f"{text[:20]!r} is not an H3 cell.", hint="Write its 15 hexadecimal characters.") from None
    if not 1 <= h3.get_resolution(index) <= layer.base:
        raise NotFound(f"Layer {layer.id!r} has cells of resolution 1 to {layer.base}.")
    return index


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
