"""The ground of the made-up country, in kilometres east and north of its centre; the same for every seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NAME = "Vethara"
CENTRE = (125.4, -23.8)  # longitude, latitude in degrees
KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6,371 km
DECIMALS = 5  # of a written degree: about a metre
SHORE_KM = 0.1  # nothing happens nearer to the border, so that rounding carries no point across it

_OUTLINE = (
    (-252, 38), (-236, 92), (-190, 118), (-148, 110), (-104, 141), (-52, 133), (-8, 160), (46, 166), (88, 148),
    (140, 156), (186, 136), (222, 92), (214, 48), (243, 6), (238, -52), (256, -98), (222, -146), (170, -152),
    (128, -178), (74, -166), (34, -132), (-18, -138), (-62, -168), (-118, -160), (-150, -122), (-204, -116),
    (-228, -70), (-216, -18),
)  # fmt: skip


@dataclass(frozen=True)
class Town:
    """A seat of a zone, or a lesser town; `people` in thousands."""

    name: str
    x: float
    y: float
    people: float
    zone: str | None = None  # the zone it is the seat of


TOWNS = (
    Town("Orrendel", 6, -22, 410, "Orrenday"),
    Town("Tolquen", -128, 78, 60, "Upper Tolque"),
    Town("Brashet", -30, 92, 85, "Brashmoor"),
    Town("Ilmarrow", 78, 104, 95, "Ilmarrie"),
    Town("Keddoway", 166, 92, 45, "Keddow"),
    Town("Sorrimund", -204, 8, 70, "Sorrimar"),
    Town("Penthelle", -108, -2, 120, "Penthe"),
    Town("Ustramo", 104, 18, 110, "Ustra"),
    Town("Nemmerey", 196, -14, 40, "Nemmer"),
    Town("Halvorine", -136, -92, 75, "Halvor"),
    Town("Quilsane", -30, -94, 90, "Quilse"),
    Town("Marrigow", 92, -84, 105, "Marrigay"),
    Town("Dravenny", 190, -106, 130, "Dravenmark"),
    Town("Little Brashet", 14, 66, 15),
    Town("Ferrow", -176, 70, 12),
    Town("Ospen", 48, -58, 18),
    Town("Tamblock", 142, -92, 20),
)

UNREPORTED_ZONE = "Sorrimar"  # nobody there passes on what happens
CEASEFIRE_LINE = LineString([(-186, 66), (-120, 92), (-64, 84), (-14, 112), (44, 106), (98, 122), (178, 104)])
ROAD = LineString([(6, -22), (30, -46), (48, -58), (92, -84), (142, -92), (190, -106)])  # capital to the south-east


@dataclass(frozen=True)
class Region:
    """A wide part of the country as reporters speak of it, with the point that they give for it."""

    name: str
    x: float
    y: float


REGIONS = (Region("the north", 10, 100), Region("the west", -150, -20), Region("the south-east", 120, -80))


@dataclass(frozen=True)
class Country:
    """Outline and zones (kilometres); zone i is `codes[i]`, `names[i]`, `zones[i]`, `seats[i]`."""

    outline: BaseGeometry
    codes: tuple[str, ...]
    names: tuple[str, ...]
    seats: tuple[Town, ...]
    zones: NDArray[np.object_]

    def inside(self, places: Floats) -> NDArray[np.bool_]:
        """Whether each place (n, 2) lies in the country."""
        return shapely.contains_xy(self.outline.buffer(-SHORE_KM), places[:, 0], places[:, 1])

    def zone_of(self, places: Floats) -> Ints:
        """Index of the zone of each place (n, 2) inside the country."""
        return nearest(self.zones, places)


def degrees(places: Floats) -> Floats:
    """Kilometres (n, 2) to longitude and latitude (n, 2), as written."""
    east = places[:, 0] / (KM_PER_DEGREE * np.cos(np.radians(CENTRE[1])))
    return np.round(np.column_stack((CENTRE[0] + east, CENTRE[1] + places[:, 1] / KM_PER_DEGREE)), DECIMALS)


@cache
def country() -> Country:
    """The country, drawn once."""
    seats = tuple(town for town in TOWNS if town.zone)
    names = tuple(str(town.zone) for town in seats)
    codes = tuple(f"VT{number:02d}" for number in range(1, len(seats) + 1))
    zones = _zones(seats)
    return Country(shapely.coverage_union_all(zones), codes, names, seats, zones)


def nearest(shapes: NDArray[np.object_], places: Floats) -> Ints:
    """Index of the shape nearest to each place (n, 2)."""
    return np.asarray(shapely.STRtree(shapes).nearest(shapely.points(places)), dtype=np.int64)


def points(spots: Sequence[Town | Region]) -> NDArray[np.object_]:
    """Where towns or regions are, as points."""
    return np.array([shapely.Point(spot.x, spot.y) for spot in spots], dtype=object)


def _zones(seats: tuple[Town, ...]) -> NDArray[np.object_]:
    """The land nearest to each seat, with weathered borders."""
    land = Polygon(_OUTLINE)
    around = MultiPoint(list(points(seats)))
    cells = shapely.get_parts(shapely.voronoi_polygons(around, extend_to=land, ordered=True))
    return np.array([_weathered(cell) for cell in shapely.intersection(cells, land)], dtype=object)


def _weathered(straight: Polygon) -> Polygon:
    """Straight borders made winding: the same bend at the same place, so that neighbours still fit."""
    steps = shapely.segmentize(shapely.normalize(straight), 3.0)
    return Polygon(np.round(_bent(shapely.get_coordinates(steps)), 6))  # to a millimetre: seen from both sides alike


def _bent(places: Floats) -> Floats:
    x, y = places[:, 0], places[:, 1]
    east = 5 * np.sin(y / 17 + 1) + 2.5 * np.sin((x + y) / 7.3) + 1.2 * np.sin((x - 2 * y) / 3.1)
    north = 5 * np.sin(x / 19 + 2) + 2.5 * np.sin((x - y) / 6.7) + 1.2 * np.sin((2 * x + y) / 3.7)
    return places + np.column_stack((east, north))
