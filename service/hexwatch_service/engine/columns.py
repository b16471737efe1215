"""The columns of a snapshot: named arrays, kept as .npy files that every process maps read-only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

BLOCK = 32  # cells that share a bounding box, and boxes that do: few to look through, few looked at in vain


FORMAT = 5  # of the files; a snapshot of another format is not looked at


class Amounts(NamedTuple):
    """Additive numbers: where (a position), of which category and measure, how much (1/scale units)."""

    place: NDArray[np.int32]
    category: NDArray[np.int16]
    measure: NDArray[np.int16]
    amount: NDArray[np.int64]


class Facts(NamedTuple):
    """One-day facts by day, so that a window is one slice; facts of several days apart. Days count from 1970-01-01."""

    days: NDArray[np.int32]  # (d) ascending
    starts: NDArray[np.int64]  # (d + 1) the facts of days[i] are starts[i] up to starts[i + 1]
    daily: Amounts
    first: NDArray[np.int32]  # (l) first and last day of the long ones
    last: NDArray[np.int32]
    long: Amounts


class Presence(NamedTuple):
    """Which track was in which cell on which day, for distinct counts. All rows of a track are together."""

    place: NDArray[np.int32]  # positions in the base grid
    day: NDArray[np.int32]
    category: NDArray[np.int16]
    track: NDArray[np.int32]


class Watch(NamedTuple):
    """What a layer with states knows besides facts, on base cells: where access was denied, and what is required."""

    denied: NDArray[np.int32]  # (d) positions in the base grid; spans of a cell ordered by their first day
    first: NDArray[np.int32]  # (d) first and last day of each span
    last: NDArray[np.int32]
    required: NDArray[np.int32]  # (r) positions
    effort: NDArray[np.int16]  # the measures of effort: a cell that has any of it was visited


class People(NamedTuple):
    """How many live in base cells; of others it is not known."""

    place: NDArray[np.int32]  # positions in the base grid, ascending
    number: NDArray[np.float64]


class Shares(NamedTuple):
    """The cells over which each support spreads its mass: rows of a sparse matrix."""

    starts: NDArray[np.int64]  # (supports + 1)
    cell: NDArray[np.int32]  # positions in the grid
    weight: NDArray[np.int32]  # parts in 1,000,000,000


class Grid(NamedTuple):
    """The cells of one resolution, ascending, which also keeps neighbours together; their outlines in EPSG:3857 metres.

    A cell has one ring, or several where the antimeridian cuts it. Rings are open: the last vertex is not the first.
    """

    cells: NDArray[np.int64]  # (n)
    rings: NDArray[np.int32]  # (n + 1) the rings of cell i are rings[i] up to rings[i + 1]
    vertices: NDArray[np.int32]  # (r + 1) likewise the vertices of a ring
    xy: NDArray[np.float64]  # (v, 2)
    boxes: NDArray[np.float64]  # (n / BLOCK, 4) west, south, east, north of each block of cells
    regions: NDArray[np.float64]  # (n / BLOCK², 4) likewise of each block of boxes
    upwards: NDArray[np.int32]  # (cells of the base grid) position of each one's parent in this grid


Columns = TypeVar("Columns", Amounts, Facts, Presence, Watch, People, Shares, Grid)


def save(folder: Path, name: str, columns: NamedTuple) -> None:
    """Write each array to `folder/name.field.npy`."""
    for field, value in columns._asdict().items():
        if isinstance(value, np.ndarray):
            np.save(folder / f"{name}.{field}.npy", value, allow_pickle=False)
        else:
            save(folder, f"{name}.{field}", value)


def load(folder: Path, name: str, kind: type[Columns]) -> Columns:
    """What `save` wrote, mapped read-only: processes share the memory. Raises OSError where a file is missing."""
    hints = {field: hint for field, hint in get_type_hints(kind).items() if field in kind._fields}
    return kind(**{field: _part(folder, f"{name}.{field}", hint) for field, hint in hints.items()})


def _part(folder: Path, name: str, hint: Any) -> Any:
    if hint is Amounts:
        return load(folder, name, Amounts)
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
