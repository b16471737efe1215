"""A file as hexagons need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shapely.geometry.base import BaseGeometry

from .said import Meaning


@dataclass(frozen=True)
class Counted:
    """A file that goes into hexagons."""

    key: str
    href: str
    meaning: Meaning
    klass: str
    day: date
    footprint: BaseGeometry
