"""Geodesics on WGS84: what lies between two pings, and its parts (Karney 2013, Journal of Geodesy 87:43)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Geodesics:
    """Lines (n) that leave a point at an azimuth, degrees clockwise from north, and are so many metres long."""

    longitude: Floats
    latitude: Floats
    azimuth: Floats
    metres: Floats

    def __len__(self) -> int:
        return self.metres.size

    def points(self, line: Integers, share: Floats) -> Floats:
        """Longitude and latitude (k, 2) at a share of the length of the lines whose numbers are given (k)."""
        start = self.longitude[line], self.latitude[line], self.azimuth[line]
        longitude, latitude, _ = _WGS84.fwd(*start, self.metres[line] * share)
        return np.stack([longitude, latitude], axis=1).reshape(-1, 2)


def between(start: Floats, end: Floats) -> Geodesics:
    """The shortest lines (n) between points (n, 2) in degrees."""
    azimuth, _, metres = _WGS84.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return Geodesics(start[:, 0], start[:, 1], np.asarray(azimuth), np.asarray(metres))


def parts(pieces: Integers) -> tuple[Integers, Integers]:
    """Number each line's equal pieces: the line and the position of each, for lines that have so many (n)."""
    line = np.repeat(np.arange(pieces.size), pieces)
    return line, np.arange(line.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
