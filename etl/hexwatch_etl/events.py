"""What every event source delivers: one table in the project's words, and the rows it refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from hexwatch_schemas.words import DatasetKind

# One row per report. A place in words (country, adm1, adm2, place) is what the source says, never a guess.
EVENT_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),  # where the record starts in its file, 1-based; the header is line 1
    "key": pl.String(),  # the source's own id, else a content key (see keys)
    "revision": pl.Int64(),  # newer replaces older; null where the source has none
    "day_from": pl.Date(),  # first and last possible day, both included
    "day_to": pl.Date(),
    "day_precision": pl.String(),  # a DayPrecision
    "instant": pl.Datetime("us", "UTC"),  # the moment, where the source is that exact; else null
    "longitude": pl.Float64(),  # degrees, WGS84; null where unknown
    "latitude": pl.Float64(),
    "precision": pl.String(),  # a Precision
    "country": pl.String(),
    "adm1": pl.String(),
    "adm2": pl.String(),
    "place": pl.String(),
    "category": pl.String(),  # ours, after the crosswalk
    "source_code": pl.String(),  # the source's category, verbatim
    "properties": pl.String(),  # JSON object of the columns the mapping keeps
}

# A row that was refused, or loaded with a remark.
REMARK_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "rule": pl.String(),  # short, stable, kebab-case: counted and filtered by
    "reason": pl.String(),  # a sentence with the offending value
    "row": pl.String(),  # JSON object of the cells that the mapping reads, as they stood in the file
}


@dataclass(frozen=True)
class Measure:
    """An additive number that events carry. Amounts are stored as integers of 1/`scale` units."""

    name: str  # snake_case; the column in the events table
    title: str
    unit: str
    scale: int = 1


# Every event dataset has it, always first; its amount is 1 for each event.
EVENTS = Measure("events", "Events", "events")


@dataclass(frozen=True)
class Origin:
    """Where data come from and what its makers ask of those who show it."""

    attribution: str
    licence: str
    citation: str = ""
    url: str = ""


@dataclass(frozen=True)
class Delivery:
    """One file, read: rows_in == events.height + rejects.height, always.

    `events` has EVENT_SCHEMA plus one Int64 or Float64 column per measure (null where unknown).
    """

    rows_in: int
    events: pl.DataFrame
    rejects: pl.DataFrame
    remarks: pl.DataFrame  # loaded, but an operator should know
    measures: tuple[Measure, ...] = (EVENTS,)
    kind: DatasetKind = DatasetKind.EVENTS
    notes: tuple[str, ...] = field(default=())  # about the file as a whole
