"""Index-only tiles: the cells of one H3 parent and their columns as an Arrow stream, without outlines."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import pyarrow as pa

from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import NotFound, UsageError

from .answers import FOREVER, SHORT, Resource
from .asked import Asked, asked
from .catalogue import Layer
from .described import ARROW
from .engine.mvt import STATE
from .numbers import Table
from .routes.parameters import CellChoice
from .state import State
from .tile_addresses import at_release

DEEPEST = 5  # resolutions below the parent: 7^5 = 16,807 cells
USUAL = 4  # 2,401 cells, about as many as a vector tile holds


def of_parent(state: State, layer: Layer, parent: str, choice: CellChoice, release: int | None = None) -> Resource:
    """The cells of a parent at a resolution below it. Raises NotFound and UsageError."""
    at_release(layer, release)
    cell = _parent(parent, layer)
    resolution = _resolution(layer, h3.get_resolution(cell), choice.resolution)
    wanted = asked(layer, choice.datetime, choice.category, choice.cols, choice.against)

    async def make() -> bytes:
        return stream(layer, wanted, await state.numbers.table(layer, wanted, resolution), cell)

    return Resource(
        ("cells", layer.id, layer.release, layer.digest, wanted, cell, resolution),
        make,
        state.representations,
        media_type=ARROW,
        cache_control=SHORT if release is None else FOREVER,
        layer=layer,
    )


def stream(layer: Layer, wanted: Asked, table: Table, parent: int) -> bytes:
    """Arrow IPC stream: `h3` (uint64, ascending) and a float64 column an indicator, null where there is no value."""
    rows = np.flatnonzero(hexgrid.to_parent(table.cells, h3.get_resolution(parent)) == parent)
    columns = {"h3": pa.array(table.cells[rows].view(np.uint64))}
    columns |= {
        name: pa.array(table.values[name][rows], from_pandas=True) for name in wanted.columns if name in table.values
    }
    if STATE in wanted.columns:
        columns[STATE] = pa.array(table.state[rows].tolist(), pa.string())
    said = {
        "layer": layer.id,
        "release": str(layer.release),
        "resolution": str(table.resolution),
        "window": str(wanted.window),
        "against": str(wanted.against or ""),
        "attribution": layer.attribution,
        "licence": layer.licence,
        "synthetic": str(layer.synthetic).lower(),
    }
    found = pa.table(columns).replace_schema_metadata({name: value or "" for name, value in said.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, found.schema) as writer:
        writer.write_table(found)
    return sink.getvalue().to_pybytes()


def _parent(text: str, layer: Layer) -> int:
    try:
        cell = hexgrid.from_text(text)
    except ValueError:
        raise UsageError(f"{text[:20]!r} is not an H3 cell.", hint="Write its 15 hexadecimal characters.") from None
    if h3.get_resolution(cell) > layer.base:
        raise NotFound(f"Layer {layer.id!r} has no cells below resolution {layer.base}.")
    return cell


def _resolution(layer: Layer, parent: int, said: int | None) -> int:
    least, most = max(1, parent), min(layer.base, parent + DEEPEST)
    if said is None:
        return max(least, min(layer.base, parent + USUAL))
    if not least <= said <= most:
        raise UsageError(
            f"resolution={said} is out of range.", hint=f"Below a cell of resolution {parent} it is {least} to {most}."
        )
    return said
