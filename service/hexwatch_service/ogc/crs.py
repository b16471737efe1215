"""The reference systems that features come in (OGC API - Features Part 2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.hexgrid import EARTH_RADIUS, mercator

Positions = NDArray[np.float64]  # (n, 2)


def _degrees(xy: Positions) -> Positions:
    """Longitude and latitude of EPSG:3857 metres."""
    latitude = np.degrees(2 * np.arctan(np.exp(xy[:, 1] / EARTH_RADIUS)) - np.pi / 2)
    return np.column_stack([np.degrees(xy[:, 0] / EARTH_RADIUS), latitude])


def _swapped(positions: Positions) -> Positions:
    return positions[:, ::-1]


@dataclass(frozen=True)
class Crs:
    """One reference system: positions to it from the mercator metres of the snapshots, and from it to degrees."""

    uri: str
    epsg: int
    decimals: int  # about a centimetre: what is beyond is noise of the projection
    from_mercator: Callable[[Positions], Positions] = field(repr=False)
    to_degrees: Callable[[Positions], Positions] = field(repr=False)
    from_degrees: Callable[[Positions], Positions] = field(repr=False)

    def project(self, xy: Positions) -> Positions:
        """Positions (n, 2) in this system's axis order, of EPSG:3857 metres."""
        return np.ascontiguousarray(np.round(self.from_mercator(xy), self.decimals))

    def place(self, lonlat: Positions) -> Positions:
        """Positions (n, 2) in this system's axis order, of longitudes and latitudes."""
        return np.ascontiguousarray(np.round(self.from_degrees(lonlat), self.decimals))


CRS84 = Crs(
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, 7, _degrees, lambda lonlat: lonlat, lambda lonlat: lonlat
)
_4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
_3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"
ALL = (
    CRS84,
    Crs(_4326, 4326, 7, lambda xy: _degrees(xy)[:, ::-1], _swapped, _swapped),
    Crs(_3857, 3857, 2, lambda xy: xy, _degrees, mercator),
)
_BY_NAME = {crs.uri: crs for crs in ALL} | {f"EPSG:{crs.epsg}": crs for crs in ALL[1:]}


def named(uri: str | None, parameter: str) -> Crs:
    """The system of a URI (or `EPSG:4326`); CRS84 where none is given. Raises UsageError."""
    if uri is None:
        return CRS84
    try:
        return _BY_NAME[uri.strip("[]")]
    except KeyError:
        raise UsageError(
            f"{parameter}: {uri[:80]!r} is not offered.", hint=f"There are: {', '.join(c.uri for c in ALL)}."
        ) from None
