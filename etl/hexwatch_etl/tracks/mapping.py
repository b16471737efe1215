"""A mapping of pings says, in data, how one file's columns become tracks, and how these are cleaned."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from ..events import Origin
from ..mapping import Coded, Column, FileShape, Mapping, Model, Where, load_mapping, names_key


class Movement(StrEnum):
    """How a patrol moves: it decides what is too fast to be true."""

    FOOT = "foot"
    VEHICLE = "vehicle"
    AIR = "air"


class Order(StrEnum):
    """What tells which ping of a track comes after which."""

    TIME = "time"
    FILE = "file"


# Kilometres an hour that nobody exceeds, and minutes of silence after which the way between is anyone's guess.
FASTEST_KMH = {Movement.FOOT: 25.0, Movement.VEHICLE: 200.0, Movement.AIR: 1200.0}
LONGEST_GAP_MINUTES = {Movement.FOOT: 60.0, Movement.VEHICLE: 30.0, Movement.AIR: 15.0}


class Cleaning(Model):
    """What is no way that somebody went."""

    movement: Movement = Field(default=Movement.VEHICLE, description="How the movers move.")
    by_type: dict[str, Movement] = Field(default={}, description="Patrol type = how those move, where they differ.")
    fastest_kmh: float | None = Field(default=None, gt=0, description="Speed limit; default: that of the movement.")
    longest_gap_minutes: float | None = Field(
        default=None, gt=0, description="A longer silence breaks a track; default: that of the movement."
    )
    order: Order = Field(default=Order.TIME, description="`file`: rows stand in the order of the track.")

    def fastest(self, movement: Movement) -> float:
        """Kilometres an hour."""
        return self.fastest_kmh or FASTEST_KMH[movement]

    def longest_gap(self, movement: Movement) -> float:
        """Minutes."""
        return self.longest_gap_minutes or LONGEST_GAP_MINUTES[movement]

    @property
    def reach(self) -> timedelta:
        """How far in time one ping can matter to another: the longest of all gaps."""
        return timedelta(
            minutes=max(self.longest_gap(movement) for movement in {self.movement, *self.by_type.values()})
        )


class PingMapping(Model):
    """How one kind of file becomes tracks: a row is one ping."""

    title: str = ""
    origin: Origin | None = None
    file: FileShape = FileShape()
    track: tuple[str, ...] = Field(min_length=1, description="Column or columns that tell one track from another.")
    mover: Column | None = Field(default=None, description="Who moves; default: the track itself.")
    part: Column | None = Field(default=None, description="A change in this column breaks the track.")
    time: Column = Field(description="The moment of the ping.")
    formats: tuple[str, ...] = Field(
        default=("iso",), min_length=1, description="`iso`, `epoch` or strptime patterns, tried in turn."
    )
    clock: str | None = Field(default=None, description="IANA time zone of times without an offset; default: `zone`.")
    zone: str | None = Field(default=None, description="IANA time zone whose midnights part the days; default: UTC.")
    where: Where = Where()
    patrol_type: str | Coded[str] = Field(default="patrol", description="One word for all, or where it stands.")
    strength: int | Column | None = Field(default=None, description="People on the patrol: a number, or a column.")
    only: dict[str, tuple[str, ...]] = Field(
        default={}, description="Column = values that a ping has there; other rows are no pings."
    )
    cleaning: Cleaning = Cleaning()

    @field_validator("clock", "zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA time zone such as Africa/Nairobi")
        return zone

    @model_validator(mode="after")
    def _some_people(self) -> Self:
        if isinstance(self.strength, int) and self.strength < 1:
            raise ValueError("a patrol has a strength of one or more")
        return self


def load_either(path: Path) -> Mapping | PingMapping:
    """Read a mapping file of reports or of pings: only pings name a `track`. Raises MappingError."""
    return load_mapping(path, PingMapping if names_key(path, "track") else Mapping)
