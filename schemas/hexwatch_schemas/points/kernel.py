"""From degrees to cells without libh3, wherever rounding cannot decide; the other points are left to libh3.

A point goes to the plane of its icosahedron face (gnomonic, one linear map and a division), there to the nearest centre
of a hexagon (rounding of cube coordinates), from there up to resolution 0, one digit a step, by remainders modulo 7.
How near the point is to the border of its hexagon or face is known too: within a margin that holds a hundred times the
error of either calculation, nothing is decided here. Written in steps over short blocks, which compile to vector code.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import Kernels

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]
Cells = NDArray[np.int64]

kernels = Kernels(Path(__file__).parent)

BLOCK = 1024  # points: what a step hands to the next stays in the processor's nearest cache
UNDECIDED = 0


class Grid(NamedTuple):
    """The icosahedron and H3's base cells on it."""

    planes: Floats  # (2, 20, 3, 3): for even and odd resolutions, see icosahedron.faces
    neighbours: Integers  # (20, 3) and
    sides: Floats  # (20, 3, 3): see icosahedron.sides
    # (20, 27, 8): 8 * base cell + turn, by face, place (9 i + 3 j + k) and leading digit; -1 where libh3 is to say it.
    # Where the leading digit does not matter, 0 has it too.
    seats: NDArray[np.int16]
    turns: NDArray[np.int16]  # (6, 4096): four digits at once after so many sixths of a turn


_RADIANS = np.pi / 180.0
# pi / 2 in two parts, the first short enough for exact products (Cody & Waite 1980); minimax polynomials of the sine
# and the cosine on -pi/4..pi/4 with the coefficients of fdlibm (k_sin.c, k_cos.c; Sun Microsystems 1993): right to one
# unit in the last place.
_QUARTER, _REST = 1.5707963267341256, 6.077100506506192e-11
_S1, _S2, _S3 = -1.66666666666666307295e-1, 8.33333333332211858878e-3, -1.98412698295895385996e-4
_S4, _S5, _S6 = 2.75573136213857245213e-6, -2.50507477628578072866e-8, 1.58962301576546568060e-10
_C1, _C2, _C3 = 4.16666666666665929218e-2, -1.38888888888730564116e-3, 2.48015872888517045348e-5
_C4, _C5, _C6 = -2.75573141792967388112e-7, 2.08757008419747316778e-9, -1.13585365213876817300e-11
_COSEC60 = 1.1547005383792515
_SPACING = 0.3819660112501051  # see icosahedron.SPACING
_FACE_MARGIN = 1e-11  # of cosines
_LIFT = 7 * (1 << 26)  # a multiple of 7 that makes remainders of negative numbers positive

# Digits of H3 in axial coordinates (i - k, j - k): centre, k, j, jk, i, ik, ij.
_DIGIT_I = (0, -1, 0, -1, 1, 0, 1)
_DIGIT_J = (0, -1, 1, 0, 0, -1, 1)


def _packed(weight: int) -> tuple[int, int, int]:
    """Digit (3 bits each), i + 1 and j + 1 (2 bits each) by the remainder of i + weight * j modulo 7."""
    digits = {(i + weight * j) % 7: digit for digit, (i, j) in enumerate(zip(_DIGIT_I, _DIGIT_J, strict=True))}
    return (
        sum(digits[s] << 3 * s for s in range(7)),
        sum((_DIGIT_I[digits[s]] + 1) << 2 * s for s in range(7)),
        sum((_DIGIT_J[digits[s]] + 1) << 2 * s for s in range(7)),
    )


_ODD_DIGIT, _ODD_I, _ODD_J = _packed(2)
_EVEN_DIGIT, _EVEN_I, _EVEN_J = _packed(4)
_SEVENTH = np.uint32(pow(7, -1, 1 << 32))  # a product with it divides a multiple of 7, without a division


@kernels.part
def _sine_cosine(degrees: float) -> tuple[float, float]:
    x = degrees * _RADIANS
    quarter = np.rint(x * (2 / np.pi))
    r = (x - quarter * _QUARTER) - quarter * _REST
    z = r * r
    sine = r + r * z * (_S1 + z * (_S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6)))))
    cosine = 1.0 - 0.5 * z + z * z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * _C6)))))
    q = np.int64(quarter)
    swapped = q & 1
    s, c = (cosine, sine) if swapped else (sine, cosine)
    return (-s if q & 2 else s), (-c if (q + 1) & 2 else c)


@kernels.part
def _vectors(lat: Floats, lon: Floats, x: Floats, y: Floats, z: Floats) -> None:
    """Unit vectors of degrees."""
    for at in range(lat.size):
        sin_lat, cos_lat = _sine_cosine(lat[at])
        sin_lon, cos_lon = _sine_cosine(lon[at])
        x[at], y[at], z[at] = cos_lon * cos_lat, sin_lon * cos_lat, sin_lat


@kernels.part
def _nearest_faces(
    x: Floats, y: Floats, z: Floats, neighbours: Integers, sides: Floats, face: Integers, sure: NDArray[np.bool_]
) -> None:
    """The face of each point: from that of the point before, over whichever side the point is beyond."""
    here = 0
    for at in range(x.size):
        px, py, pz = x[at], y[at], z[at]
        while True:
            s = sides[here]
            a = px * s[0, 0] + py * s[0, 1] + pz * s[0, 2]
            b = px * s[1, 0] + py * s[1, 1] + pz * s[1, 2]
            c = px * s[2, 0] + py * s[2, 1] + pz * s[2, 2]
            least = min(a, b, c)
            if least > -_FACE_MARGIN:
                break
            here = neighbours[here, 0 if least == a else (1 if least == b else 2)]
        face[at], sure[at] = here, least > _FACE_MARGIN


@kernels.part
def _projected(x: Floats, y: Floats, z: Floats, face: Integers, planes: Floats, scale: float) -> None:
    """Unit vectors become places on the plane of their face, in units of a hexagon: x along the i axis, y across."""
    for at in range(x.size):
        p, px, py, pz = planes[face[at]], x[at], y[at], z[at]
        w = scale / (px * p[2, 0] + py * p[2, 1] + pz * p[2, 2])
        x[at] = (px * p[0, 0] + py * p[0, 1] + pz * p[0, 2]) * w
        y[at] = (px * p[1, 0] + py * p[1, 1] + pz * p[1, 2]) * w


@kernels.part
def _nearest_hexagons(x: Floats, y: Floats, scale: float, i: Integers, j: Integers, sure: NDArray[np.bool_]) -> None:
    """Axial coordinates of the hexagon of each place; not sure within the margin of its border.

    libh3 takes the distance from the face's centre by an arc cosine, whose error grows as the distance gets small.
    """
    for at in range(x.size):
        b = y[at] * _COSEC60
        a = x[at] + 0.5 * b
        c = b - a
        ra, rb, rc = np.rint(a), np.rint(-b), np.rint(c)
        off_a, off_b, off_c = abs(ra - a), abs(rb + b), abs(rc - c)
        is_a = (off_a > off_b) & (off_a > off_c)
        is_b = (not is_a) & (off_b > off_c)
        ra = -rb - rc if is_a else ra
        rb = -ra - rc if is_b else rb
        u, v = a - ra, -b - rb
        t = -u - v
        inside = 1.0 - max(abs(u - v), abs(v - t), abs(t - u))
        margin = 1e-9 + 1e-13 * scale + 1e-14 * scale * scale / np.sqrt(x[at] * x[at] + y[at] * y[at])
        sure[at] &= inside > margin
        i[at], j[at] = np.int32(ra), np.int32(-rb)


@kernels.part
def _up_odd(i: Integers, j: Integers, shift: int, digits: NDArray[np.int64]) -> None:
    """From an odd resolution to the even one above it: the digit, and the coordinates of the parent."""
    for at in range(i.size):
        s = np.uint32(np.uint32(i[at] + 2 * j[at] + _LIFT) % np.uint32(7))
        a = np.int32(i[at] - np.int32((_ODD_I >> (2 * s)) & 3) + 1)
        b = np.int32(j[at] - np.int32((_ODD_J >> (2 * s)) & 3) + 1)
        digits[at] |= np.int64((_ODD_DIGIT >> (3 * s)) & 7) << shift
        i[at] = np.int32(np.uint32(3 * a - b) * _SEVENTH)
        j[at] = np.int32(np.uint32(a + 2 * b) * _SEVENTH)


@kernels.part
def _up_even(i: Integers, j: Integers, shift: int, digits: NDArray[np.int64]) -> None:
    """The same from an even resolution."""
    for at in range(i.size):
        s = np.uint32(np.uint32(i[at] + 4 * j[at] + _LIFT) % np.uint32(7))
        a = np.int32(i[at] - np.int32((_EVEN_I >> (2 * s)) & 3) + 1)
        b = np.int32(j[at] - np.int32((_EVEN_J >> (2 * s)) & 3) + 1)
        digits[at] |= np.int64((_EVEN_DIGIT >> (3 * s)) & 7) << shift
        i[at] = np.int32(np.uint32(2 * a + b) * _SEVENTH)
        j[at] = np.int32(np.uint32(3 * b - a) * _SEVENTH)


@kernels.part
def _leading(digits: np.int64, resolution: int) -> np.int64:
    """The first digit that is not 0; 0 where there is none."""
    for shift in range(3 * resolution - 3, -1, -3):
        digit = (digits >> shift) & 7
        if digit:
            return digit
    return np.int64(0)


@kernels.part
def _turned(digits: np.int64, turns: NDArray[np.int16]) -> np.int64:
    return (
        np.int64(turns[digits & 4095])
        | (np.int64(turns[(digits >> 12) & 4095]) << 12)
        | (np.int64(turns[(digits >> 24) & 4095]) << 24)
        | (np.int64(turns[(digits >> 36) & 4095]) << 36)
    )


@kernels.part
def _written(
    i: Integers, j: Integers, face: Integers, sure: NDArray[np.bool_], digits: NDArray[np.int64], resolution: int,
    grid: Grid, cells: Cells,
) -> None:  # fmt: skip
    """Cells of base cell and turned digits."""
    head = (np.int64(1) << 59) | (np.int64(resolution) << 52) | ((np.int64(1) << (45 - 3 * resolution)) - 1)
    for at in range(i.size):
        least = min(i[at], j[at], np.int32(0))
        a, b, c = i[at] - least, j[at] - least, -least
        cells[at] = UNDECIDED
        if not sure[at] or a > 2 or b > 2 or c > 2:
            continue
        place = 9 * a + 3 * b + c
        seat = np.int64(grid.seats[face[at], place, 0])
        if seat < 0:
            seat = np.int64(grid.seats[face[at], place, _leading(digits[at], resolution)])
        if seat >= 0:
            turned = _turned(digits[at], grid.turns[seat & 7])
            cells[at] = head | ((seat >> 3) << 45) | (turned << (45 - 3 * resolution))


@kernels.kernel
def decide(lat: Floats, lon: Floats, resolution: int, grid: Grid, cells: Cells) -> None:
    """Fill `cells` (n) for points in degrees (n); UNDECIDED where libh3 has to say it."""
    scale = np.sqrt(7.0) ** resolution / _SPACING
    x, y, z = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    i, j, face = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    sure, digits = np.empty(BLOCK, np.bool_), np.empty(BLOCK, np.int64)
    for start in range(0, lat.size, BLOCK):
        n = min(BLOCK, lat.size - start)
        _vectors(lat[start : start + n], lon[start : start + n], x, y, z)
        _nearest_faces(x[:n], y[:n], z[:n], grid.neighbours, grid.sides, face, sure)
        _projected(x[:n], y[:n], z[:n], face, grid.planes[resolution & 1], scale)
        _nearest_hexagons(x[:n], y[:n], scale, i, j, sure)
        digits[:] = 0
        for r in range(resolution, 0, -1):
            if r & 1:
                _up_odd(i[:n], j[:n], 3 * (resolution - r), digits)
            else:
                _up_even(i[:n], j[:n], 3 * (resolution - r), digits)
        _written(i[:n], j[:n], face, sure, digits, resolution, grid, cells[start : start + n])
