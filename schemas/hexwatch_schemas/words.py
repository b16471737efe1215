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


class Audience(StrEnum):
    """Who may read, from the widest to the narrowest."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"
