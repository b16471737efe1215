"""A frame: the piece of the world that a picture shows, and its size in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.hexgrid import EARTH_RADIUS, HALF_WORLD

MERCATOR, DEGREES = "EPSG:3857", "EPSG:4326"
HALF_TURN = {MERCATOR: HALF_WORLD, DEGREES: 180.0}  # of the Earth, in the units of systems that go on beyond it
LARGEST = 2048  # pixels a side
TURNS = 3  # of the Earth that are drawn to either side
LAST_DIGITS = 1e-9


@dataclass(frozen=True)
class Frame:
    """West, south, east, north in the units of a reference system, east first whatever its definition says."""

    bounds: tuple[float, float, float, float]
    crs: str
    width: int = 256
    height: int = 256

    def checked(self) -> Frame:
        """Itself. Raises UsageError where it is no frame, or too large."""
        west, south, east, north = self.bounds
        if not (np.isfinite(self.bounds).all() and west < east and south < north):
            raise UsageError("The bounding box is empty.", hint="Write west,south,east,north.")
        if not (0 < self.width <= LARGEST and 0 < self.height <= LARGEST):
            raise UsageError(f"{self.width} x {self.height} pixels.", hint=f"A side has 1 to {LARGEST} pixels.")
        return self

    def finer(self, times: int) -> Frame:
        """The same with more pixels."""
        return Frame(self.bounds, self.crs, self.width * times, self.height * times)

    def pixels(self, bounds: tuple[float, float, float, float]) -> tuple[slice, slice] | None:
        """Rows and columns that touch bounds in the frame's system, with one around them; None where none does."""
        west, south, east, north = self.bounds
        x = (np.array([bounds[0], bounds[2]]) - west) / (east - west) * self.width
        y = (north - np.array([bounds[3], bounds[1]])) / (north - south) * self.height
        first = np.floor([x[0], y[0]]) - 1
        last = np.ceil([x[1], y[1]]) + 1
        left, top = first.clip(0, [self.width, self.height]).astype(int).tolist()
        right, bottom = last.clip(0, [self.width, self.height]).astype(int).tolist()
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def part(self, rows: slice, columns: slice) -> tuple[float, float, float, float]:
        """Bounds of some of its pixels."""
        west, south, east, north = self.bounds
        x, y = (east - west) / self.width, (north - south) / self.height
        return west + columns.start * x, north - rows.stop * y, west + columns.stop * x, north - rows.start * y

    def turns(self) -> Iterator[tuple[slice, Frame]]:
        """Columns whose centres lie in one turn of the Earth, and the frame of them between 180° west and east.

        Systems other than web mercator and degrees have no turns; what lies further out than TURNS is nowhere.
        """
        west, _, east, _ = self.bounds
        half = HALF_TURN.get(self.crs, math.inf)
        slack = half * LAST_DIGITS
        if math.isinf(half) or (west >= -half - slack and east <= half + slack):
            yield slice(0, self.width), self
            return
        for turn in range(-TURNS, TURNS + 1):
            sides = (np.array([2 * turn - 1, 2 * turn + 1]) * half - west) / (east - west) * self.width
            left, right = np.ceil(sides - 0.5).clip(0, self.width).astype(int).tolist()
            if left < right:
                first, south, last, north = self.part(slice(0, self.height), slice(left, right))
                bounds = first - 2 * turn * half, south, last - 2 * turn * half, north
                yield slice(left, right), Frame(bounds, self.crs, right - left, self.height)

    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitudes and latitudes (height, width) of the pixels' centres, degrees; else not finite."""
        west, south, east, north = self.bounds
        x = west + (np.arange(self.width) + 0.5) * (east - west) / self.width
        y = north - (np.arange(self.height) + 0.5) * (north - south) / self.height
        if self.crs == MERCATOR:
            x, y = np.degrees(x / EARTH_RADIUS), np.degrees(np.arctan(np.sinh(y / EARTH_RADIUS)))
        across, down = np.meshgrid(x, y)
        if self.crs in (MERCATOR, DEGREES):
            return across, down
        longitude, latitude = _to_degrees(self.crs).transform(across.ravel(), down.ravel())
        return longitude.reshape(across.shape), latitude.reshape(down.shape)

    @cached_property
    def degrees(self) -> tuple[float, float, float, float]:
        """Bounds in degrees; of a system whose grid is not that of degrees roughly, by a coarse grid of places."""
        if self.crs == DEGREES:
            return self.bounds
        if self.crs == MERCATOR:
            west, south, east, north = (v / EARTH_RADIUS for v in self.bounds)
            return math.degrees(west), _latitude(south), math.degrees(east), _latitude(north)
        longitude, latitude = Frame(self.bounds, self.crs, 9, 9).centres()
        fine = np.isfinite(longitude) & np.isfinite(latitude)
        if not fine.any():
            return -180.0, -90.0, 180.0, 90.0
        spread = [np.ptp(v[fine]) / 8 for v in (longitude, latitude)]
        west, south = longitude[fine].min() - spread[0], latitude[fine].min() - spread[1]
        return west, south, longitude[fine].max() + spread[0], latitude[fine].max() + spread[1]

    @cached_property
    def zoom(self) -> int:
        """The web mercator zoom with pixels of 256 of about this size."""
        west, _, east, _ = self.degrees
        return int(np.clip(np.round(np.log2(360 / max(east - west, 1e-9) * self.width / 256)), 0, 24))


def _latitude(y: float) -> float:
    """Degrees of a mercator ordinate in radii of the Earth; what lies beyond the square is as good as the pole."""
    return math.degrees(math.atan(math.sinh(max(-9.0, min(9.0, y)))))


def of_tile(z: int, x: int, y: int, size: int = 256) -> Frame:
    """A tile of WebMercatorQuad."""
    side = 2 * HALF_WORLD / (1 << z)
    # An edge is the same number for both its tiles: where pixels lie as tiles do, the last digit says which is nearest.
    west, east = (n * side - HALF_WORLD for n in (x, x + 1))
    south, north = (HALF_WORLD - n * side for n in (y + 1, y))
    return Frame((west, south, east, north), MERCATOR, size, size)


@lru_cache(256)
def _to_degrees(crs: str):
    from pyproj import CRS, Transformer  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        return Transformer.from_crs(CRS.from_user_input(crs), DEGREES, always_xy=True)
    except CRSError:
        raise UsageError(f"{crs[:40]!r} is no reference system.", hint="Write EPSG:3857, for example.") from None
