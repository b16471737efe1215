"""Cut geodesics at cell borders, exactly: what lies in which cell, without a gap and without an overlap."""

from __future__ import annotations

from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np

from hexwatch_schemas import hexgrid
from hexwatch_schemas.hexgrid import Cells

from .geodesics import Floats, Geodesics, Integers, parts

# A great circle, which is what borders are made of, leaves a geodesic of this length by some millimetres at most.
PIECE = 10_000.0  # metres
_SAME = 1e-9  # shares of a piece that are one place: a hundredth of a millimetre
_MOST_VERTICES = 10  # of a cell: a pentagon has five and five where it crosses the icosahedron's edges
_BEYOND = 0.01  # of an edge: how far a cut may lie off its ends, for a needless cut does no harm and a lost one does


@dataclass(frozen=True)
class Clips:
    """Stretches (n) in the order of travel: `cell` holds `line` from `first` to `last`, shares of its length."""

    line: Integers
    cell: Cells
    first: Floats
    last: Floats


def clip(lines: Geodesics, resolution: int) -> Clips:
    """Cut lines at the borders of their cells. The shares of a line join without gap or overlap, from 0 to 1.

    A line is a great circle as far as its pieces of 10 km are; a line of no length lies in the cell of its point.
    """
    pieces = np.maximum(1, np.ceil(lines.metres / PIECE)).astype(np.int64)
    line, position = parts(pieces)
    start, end = (lines.points(line, (position + k) / pieces[line]) for k in (0, 1))
    piece, cut, cell = _cut(start, end, resolution)
    whole = line[piece]
    return _joined(whole, cell, (position[piece] + cut) / pieces[whole])


def _joined(line: Integers, cell: Cells, first: Floats) -> Clips:
    """Neighbouring stretches of one line in one cell are one."""
    new = np.ones(line.size, bool)
    new[1:] = (line[1:] != line[:-1]) | (cell[1:] != cell[:-1])
    line, cell, first = line[new], cell[new], first[new]
    return Clips(line, cell, first, _ends(line, first))


def _ends(line: Integers, first: Floats) -> Floats:
    """Where each stretch ends: where the next one of its line begins, the last one at 1."""
    ends = np.ones(line.size)
    ends[:-1] = np.where(line[1:] == line[:-1], first[1:], 1.0)
    return ends


def _cut(start: Floats, end: Floats, resolution: int) -> tuple[Integers, Floats, Cells]:
    """Piece, share where it begins, and cell, of stretches in the order of travel.

    A stretch is known by its middle: the border of the cell there is cut out of the piece, until that makes no new
    stretch. One that the border of its middle's cell does not cut lies wholly within it, whatever the cell's shape.
    """
    a, b = _on_sphere(start), _on_sphere(end)
    piece, cut = np.arange(len(a)), np.zeros(len(a))
    done: list[tuple[Integers, Floats, Cells]] = []
    while piece.size:
        cell = hexgrid.from_points(*_middles(a, b, piece, cut), resolution)
        finer, cuts = _with_cuts(piece, cut, *_crossings(a, b, piece, cell))
        grown = np.bincount(finer, minlength=len(a)) > np.bincount(piece, minlength=len(a))
        whole = ~grown[piece]
        done.append((piece[whole], cut[whole], cell[whole]))
        piece, cut = finer[grown[finer]], cuts[grown[finer]]
    return _in_order(done)


def _in_order(done: list[tuple[Integers, Floats, Cells]]) -> tuple[Integers, Floats, Cells]:
    if not done:
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64)
    piece, cut, cell = (np.concatenate(columns) for columns in zip(*done, strict=True))
    order = np.lexsort((cut, piece))
    return piece[order], cut[order], cell[order]


def _on_sphere(lonlat: Floats) -> Floats:
    """Unit vectors (n, 3) of degrees, as H3 takes them: latitudes on a sphere."""
    longitude, latitude = np.radians(lonlat).T
    return np.stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], 1)


def _middles(a: Floats, b: Floats, piece: Integers, cut: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of the middle of each stretch."""
    share = ((cut + _ends(piece, cut)) / 2)[:, None]
    x, y, z = (a[piece] + share * (b - a)[piece]).T
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def _with_cuts(piece: Integers, cut: Floats, at: Integers, share: Floats) -> tuple[Integers, Floats]:
    piece, cut = np.concatenate([piece, at]), np.concatenate([cut, share])
    order = np.lexsort((cut, piece))
    piece, cut = piece[order], cut[order]
    apart = np.ones(piece.size, bool)
    apart[1:] = (piece[1:] != piece[:-1]) | (cut[1:] - cut[:-1] > _SAME)
    return piece[apart], cut[apart]


def _crossings(a: Floats, b: Floats, piece: Integers, cell: Cells) -> tuple[Integers, Floats]:
    """Piece and share of every place where a piece crosses the border of the cell beside it.

    Planes through the centre of the Earth cut the chord of a piece as they cut the piece itself: that is the gnomonic
    plane, on which great circles are straight. (At 10 km shares of chord and arc differ by less than a millimetre.)
    """
    cells, which = np.unique(cell, return_inverse=True)
    u, v = (corner[which] for corner in _edges(cells))
    edge = v - u
    normal = np.cross(u, edge)
    # Differences first: near a small cell the products of unit vectors would lose the digits that matter.
    side_a, side_b = (np.einsum("nek,nek->ne", point[piece, None] - u, normal) for point in (a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = side_a / (side_a - side_b)
        place = a[piece, None] + share[..., None] * (b - a)[piece, None]
        along = np.einsum("nek,nek->ne", place - u, edge) / np.einsum("nek,nek->ne", edge, edge)
        found = (share > 0) & (share < 1) & (np.abs(along - 0.5) < 0.5 + _BEYOND)
    return np.broadcast_to(piece[:, None], share.shape)[found], share[found]


def _edges(cells: Cells) -> tuple[Floats, Floats]:
    """Unit vectors (n, 10, 3) where each cell's edges begin and end; edges that a cell does not have are no longer."""
    rings = [h3.cell_to_boundary(cell) for cell in cells.tolist()]
    padded = np.array([[*ring, *[ring[0]] * (_MOST_VERTICES - len(ring))] for ring in rings], np.float64)
    start = _on_sphere(padded.reshape(-1, 2)[:, ::-1]).reshape(-1, _MOST_VERTICES, 3)
    return start, np.roll(start, -1, axis=1)
