"""From dates in any declared form to the first and last possible day, and the moment where it is known."""

from __future__ import annotations

from datetime import date

import polars as pl

from hexwatch_schemas.words import DayPrecision

from .mapping import Coded, Column, Filled, When
from .normalise_cells import Cells
from .normalise_dates import read_moments
from .rules import Findings

# Of a source that names one day and means its week, three days before and after: sources disagree whether they
# write the week's first day, its middle or the day of the report.
_AROUND = "3d"


def days(cells: Cells, when: When, delivered: date, findings: Findings) -> dict[str, pl.Series]:
    """day_from, day_to, day_precision and instant of every row."""
    moments = _spread_moments(cells, when, findings) if when.year else _moments(cells, when.start, when, findings)
    ends = _moments(cells, when.end, when, findings, required=False) if when.end else moments
    both = pl.DataFrame({"start": moments, "end": ends}).with_columns(pl.coalesce("end", "start").alias("end"))
    frame = both.select(_first(pl.col("start")).alias("day_from"), _last(pl.col("end")).alias("day_to"))
    frame = _until(frame, ends, delivered) if when.ongoing else frame
    precision = _precision(cells, when, moments, frame, findings)
    alone = ends.is_null() & (not when.ongoing) if when.end else cells.constant(value=True, kind=pl.Boolean())
    frame = _widened(frame, precision.set(~alone, str(DayPrecision.DAY)))
    _check(frame, delivered, findings)
    return {**frame.to_dict(), "day_precision": precision, "instant": instants(moments, when.zone, precision, findings)}


def _until(frame: pl.DataFrame, ends: pl.Series, delivered: date) -> pl.DataFrame:
    """What has no end yet lasts until the day of delivery."""
    still = pl.max_horizontal("day_from", pl.lit(delivered))
    return frame.with_columns(pl.when(ends.is_null()).then(still).otherwise("day_to").alias("day_to"))


def _moments(cells: Cells, column: Column | None, when: When, findings: Findings, required: bool = True) -> pl.Series:
    text = cells.text(column or "")
    if when.time and required:
        text = pl.select(
            pl.concat_str(text, cells.text(when.time).fill_null(""), separator=" ").str.strip_chars()
        ).to_series()
    moments = read_moments(text, when.formats)
    findings.add("missing-date", text.is_null() & required, "{} is empty.", cells.name(column or ""))
    broken, forms = text.is_not_null() & moments.is_null(), " or ".join(when.formats)
    reason = "{} is {}, which is not of the form {}."
    findings.add("unreadable-date", broken, reason, cells.name(column or ""), text, forms)
    return moments


def _spread_moments(cells: Cells, when: When, findings: Findings) -> pl.Series:
    """Moments from year, month and day columns; what is empty makes the moment coarser."""
    parts = [
        cells.text(column) if column else cells.constant(None, pl.String())
        for column in (when.year, when.month, when.day)
    ]
    year, month, day = (part.str.replace(r"\.0$", "") for part in parts)
    text = pl.select(
        pl.when(month.is_null()).then(year).when(day.is_null()).then(pl.format("{}-{}", year, month.str.zfill(2)))
        .otherwise(pl.format("{}-{}-{}", year, month.str.zfill(2), day.str.zfill(2)))
    ).to_series()  # fmt: skip
    moments = read_moments(text, ("iso",))
    findings.add("missing-date", year.is_null(), "{} is empty.", cells.name(when.year or ""))
    findings.add("unreadable-date", text.is_not_null() & moments.is_null(), "{} is no date.", text)
    return moments


def _first(moment: pl.Expr) -> pl.Expr:
    return moment.struct.field("local").dt.date()


def _last(moment: pl.Expr) -> pl.Expr:
    """The last day of the year, month or day that a moment names."""
    start, grain = _first(moment), moment.struct.field("grain")
    return (
        pl.when(grain == "year").then(start.dt.offset_by("1y").dt.offset_by("-1d"))
        .when(grain == "month").then(start.dt.month_end())
        .otherwise(start)
    )  # fmt: skip


def _precision(cells: Cells, when: When, moments: pl.Series, frame: pl.DataFrame, findings: Findings) -> pl.Series:
    if isinstance(when.precision, (Coded, Filled)):
        return cells.word(when.precision, findings)[0]
    if when.precision is not None:
        return cells.constant(str(when.precision), pl.String())
    grain = moments.struct.field("grain")
    length = (frame["day_to"] - frame["day_from"]).dt.total_days() + 1
    return pl.select(
        pl.when(grain.is_in(["year", "month"])).then(grain)
        .when(length <= 1).then(pl.lit("day")).when(length <= 6).then(pl.lit("days"))
        .when(length == 7).then(pl.lit("week"))
        .when(length <= 31).then(pl.lit("month")).otherwise(pl.lit("year"))
    ).to_series()  # fmt: skip


def _widened(frame: pl.DataFrame, precision: pl.Series) -> pl.DataFrame:
    """The days that one day stands for when its source says that it is not exact."""
    start, end = pl.col("day_from"), pl.col("day_to")
    year = start.dt.truncate("1y")
    return frame.select(
        pl.when(precision == "week").then(start.dt.offset_by(f"-{_AROUND}"))
        .when(precision == "month").then(start.dt.month_start()).when(precision == "year").then(year)
        .otherwise(start).alias("day_from"),
        pl.when(precision == "week").then(end.dt.offset_by(_AROUND))
        .when(precision == "month").then(end.dt.month_end())
        .when(precision == "year").then(year.dt.offset_by("1y").dt.offset_by("-1d"))
        .otherwise(end).alias("day_to"),
    )  # fmt: skip


def _check(frame: pl.DataFrame, delivered: date, findings: Findings) -> None:
    start, end = frame["day_from"], frame["day_to"]
    findings.add("backwards-dates", end < start, "It ends on {}, before it begins on {}.", end, start)
    findings.add("future-date", start > delivered, "It begins on {}, after the delivery on {}.", start, str(delivered))


def instants(moments: pl.Series, zone: str | None, precision: pl.Series, findings: Findings) -> pl.Series:
    """UTC moments of rows exact to the day that have a time of day and an offset or zone."""
    local, offset = moments.struct.field("local"), moments.struct.field("offset")
    timed = moments.struct.field("timed").fill_null(value=False) & (precision == str(DayPrecision.DAY))
    known = (local - (offset.cast(pl.Int64) * 1_000_000).cast(pl.Duration("us"))).dt.replace_time_zone("UTC")
    if zone:
        wall = local.set(~(timed & offset.is_null()), None)
        known = known.zip_with(known.is_not_null(), _in_zone(wall, zone, findings))
    return known.set(~timed, None)


def _in_zone(wall: pl.Series, zone: str, findings: Findings) -> pl.Series:
    """Local times as UTC: a gap moves forward by its length, of a repeated hour the first counts (PEP 495, fold=0)."""
    first = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    second = wall.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    day_before = wall.dt.offset_by("-1d").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    moved = pl.select(day_before + pl.duration(hours=24)).to_series()  # 24 hours of elapsed time, not of the clock
    gap = wall.is_not_null() & first.is_null()
    findings.add("clock-gap", gap, "{} does not exist in {}; taken as {}.", wall, zone, moved)
    findings.add("clock-repeat", first != second, "{} comes twice in {}; the first is taken.", wall, zone)
    return first.zip_with(~gap, moved).dt.convert_time_zone("UTC")
