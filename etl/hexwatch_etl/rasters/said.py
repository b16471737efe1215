"""What an operator says of rasters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What a pixel's number is: it decides how pixels become one number a cell."""

    COUNT = "count"  # of things in the pixel: summed
    DENSITY = "density"  # per km2: times the pixel's area, then summed
    MEAN = "mean"  # of a field such as elevation: averaged by area


@dataclass(frozen=True)
class Said:
    """None leaves it to what the file tells."""

    meaning: Meaning | None = None  # put into hexagons, and how
    klass: str | None = None
    unit: str | None = None
    captured: str | None = None
    nodata: float | None = None
