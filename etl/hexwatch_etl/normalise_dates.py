"""Read texts as moments: a local time, its offset where given, and how fine it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

# local: wall clock time; offset: seconds east of UTC or null; grain: year, month or day; timed: has a time of day
MOMENT = pl.Struct({"local": pl.Datetime("us"), "offset": pl.Int32, "grain": pl.String, "timed": pl.Boolean})

_ISO = (
    r"^(?<year>\d{4})(?:-(?<month>\d{2})(?:-(?<day>\d{2})"
    r"(?:[T ]+(?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(?<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?)?)?$"
)
_OFFSET = r"([Zz]|[+-]\d{2}:?\d{2})$"
_DAY, _MONTH, _TIME = re.compile("%-?[dejFDx]"), re.compile("%-?[mBbh]"), re.compile("%-?[HIkl]|%[TRXs]")
_MILLISECONDS = 1e11  # epoch numbers above it (year 5138 in seconds) count milliseconds


def read_moments(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Moments (struct MOMENT) by the first format that fits; null where none does.

    A format is `iso` (ISO 8601, also a month or a year alone), `epoch` (seconds or milliseconds since 1970) or a
    strptime pattern; a pattern without a day or month gives a coarser moment.
    """
    frame = text.alias("text").to_frame()
    found = pl.Series("moment", [None] * text.len(), MOMENT)
    for form in formats:
        if not (text.is_not_null() & found.is_null()).any():
            break
        moment = _moment(form).cast(MOMENT)
        sane = moment.struct.field("local").dt.year().is_between(1, 9999)  # what Python and PostgreSQL both know
        parsed = frame.select(pl.when(sane).then(moment).alias("moment")).to_series()
        found = found.zip_with(found.is_not_null(), parsed)
    return found


def _moment(form: str) -> pl.Expr:
    text = pl.col("text")
    if form == "iso":
        return _iso(text)
    return _epoch(text) if form == "epoch" else _pattern(text, form)


def _struct(local: pl.Expr, offset: pl.Expr, grain: pl.Expr, timed: pl.Expr) -> pl.Expr:
    fields = pl.struct(local=local, offset=offset.cast(pl.Int32), grain=grain, timed=timed)
    return pl.when(local.is_not_null()).then(fields)


def _iso(text: pl.Expr) -> pl.Expr:
    parts = text.str.extract_groups(_ISO)
    year, month, day, time, offset = (parts.struct.field(name) for name in ("year", "month", "day", "time", "offset"))
    clock = pl.when(time.str.len_chars() == 5).then(pl.format("{}:00", time)).otherwise(time.fill_null("00:00:00"))
    whole = pl.format("{}-{}-{} {}", year, month.fill_null("01"), day.fill_null("01"), clock)
    local = whole.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    grain = (
        pl.when(month.is_null()).then(pl.lit("year")).when(day.is_null()).then(pl.lit("month")).otherwise(pl.lit("day"))
    )
    return _struct(local, _seconds(offset), grain, time.is_not_null())


def _seconds(offset: pl.Expr) -> pl.Expr:
    """Seconds of an offset such as Z, +03, +0300 or -06:00."""
    digits = offset.str.replace_all("[^0-9]", "").str.pad_end(4, "0")
    size = (
        digits.str.slice(0, 2).cast(pl.Int32, strict=False) * 3600
        + digits.str.slice(2, 2).cast(pl.Int32, strict=False) * 60
    )
    return pl.when(offset.str.starts_with("-")).then(-size).otherwise(size)


def _epoch(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    seconds = pl.when(number.abs() > _MILLISECONDS).then(number / 1000).otherwise(number)
    local = pl.from_epoch((seconds * 1e6).round().cast(pl.Int64, strict=False), time_unit="us")
    return _struct(local, pl.lit(0), pl.lit("day"), pl.lit(value=True))


def _pattern(text: pl.Expr, form: str) -> pl.Expr:
    timed = bool(_TIME.search(form))
    if timed:
        parsed = text.str.to_datetime(form, strict=False, time_unit="us")
        return (
            _zoned(parsed, text) if "%z" in form else _struct(parsed, pl.lit(None), pl.lit("day"), pl.lit(value=True))
        )
    grain, filler = _grain(form)
    day = pl.format("{}" + filler[0], text).str.to_date(form + filler[1], strict=False)
    return _struct(day.cast(pl.Datetime("us")), pl.lit(None), pl.lit(grain), pl.lit(value=False))


def _zoned(parsed: pl.Expr, text: pl.Expr) -> pl.Expr:
    offset = _seconds(text.str.extract(_OFFSET))
    local = parsed.dt.replace_time_zone(None) + pl.duration(seconds=offset)
    return _struct(local, offset, pl.lit("day"), pl.lit(value=True))


def _grain(form: str) -> tuple[str, tuple[str, str]]:
    """How fine a pattern is, and the text and pattern that complete it to a day."""
    if _DAY.search(form):
        return "day", ("", "")
    return ("month", (" 01", " %d")) if _MONTH.search(form) else ("year", (" 01 01", " %m %d"))
