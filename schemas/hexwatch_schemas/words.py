"""The words of the domain as enumerations; the architecture page defines each."""

from __future__ import annotations

from enum import StrEnum


class DatasetKind(StrEnum):
    """What a source delivers."""

    EVENTS = "events"
    TRACKS = "tracks"
    AREAS = "areas"
    RASTER = "raster"


class Precision(StrEnum):
    """How exactly a place is known (UCDP GED codebook `where_prec`; ACLED `geo_precision`)."""

    EXACT = "exact"
    NEAR = "near"
    ADM2 = "adm2"
    ADM1 = "adm1"
    REGION = "region"
    COUNTRY = "country"
    WATER_AIR = "water_air"


class DayPrecision(StrEnum):
    """How exactly a day is known (UCDP GED codebook `date_prec`; ACLED `time_precision`)."""

    DAY = "day"
    DAYS = "days"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class State(StrEnum):
    """What is known of a cell in a window; the three are never merged. In stored order: see `STATES`."""

    VISITED = "visited"  # somebody looked: what is not there was not seen
    NOT_VISITED = "not_visited"  # nobody looked, though somebody could have
    NO_ACCESS = "no_access"  # nobody could


STATES = tuple(State)


class Role(StrEnum):
    """What a dataset is to a layer."""

    SHOWN = "shown"  # its numbers are drawn
    EFFORT = "effort"  # it says where somebody looked
    ACCESS = "access"  # it says where nobody could go
    POPULATION = "population"  # it says how many live where


class Audience(StrEnum):
    """Who may read, from the widest to the narrowest."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"
