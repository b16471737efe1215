"""Windows of days: what `datetime=` means (OGC API - Features Part 1, 7.15.4; RFC 3339)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .errors import UsageError

_OPEN = ("", "..")
_YEAR, _MONTH = re.compile(r"\d{4}"), re.compile(r"\d{4}-\d{2}")


class Step(StrEnum):
    """How long a period is. Weeks begin on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Window:
    """Days from first to last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"


def parse(text: str | None, extent: Window) -> Window:
    """Window of `2024`, `2024-03`, a day, an instant, or an interval of these whose ends may be open (`..`).

    Raises UsageError that names the part which could not be read.
    """
    if text is None:
        return extent
    start, slash, end = text.partition("/")
    first = extent.first if slash and start in _OPEN else _first_day(start)
    last = _last_day(start) if not slash else extent.last if end in _OPEN else _last_day(end)
    if first > last:
        if slash and (start in _OPEN or end in _OPEN):  # open towards data that lie on the other side: an empty answer
            return Window(first, first)
        raise UsageError(f"datetime={text}: the interval ends before it begins.", hint="Write first/last.")
    return Window(first, last)


def periods(window: Window, step: Step) -> Iterator[date]:
    """First days of the periods that touch a window; the first is cut to it."""
    day = window.first
    while day <= window.last:
        yield day
        day = _next(day, step)


def _next(day: date, step: Step) -> date:
    """The first day of the period after the one that holds a day."""
    match step:
        case Step.DAY:
            return day + timedelta(1)
        case Step.WEEK:
            return day + timedelta(7 - day.weekday())
        case Step.MONTH:
            return (day.replace(day=28) + timedelta(4)).replace(day=1)
        case Step.YEAR:
            return date(day.year + 1, 1, 1)


def _first_day(text: str) -> date:
    if _YEAR.fullmatch(text):
        return _day(f"{text}-01-01", text)
    if _MONTH.fullmatch(text):
        return _day(f"{text}-01", text)
    return _day(text, text)


def _last_day(text: str) -> date:
    if _YEAR.fullmatch(text):
        return _day(f"{text}-12-31", text)
    if _MONTH.fullmatch(text):
        return (_day(f"{text}-01", text).replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return _day(text, text)


def _day(text: str, said: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise UsageError(
            f"datetime: {said[:40]!r} is not a date.",
            hint="Write 2024-01-31, 2024-01, 2024, or first/last with .. for an open end.",
        ) from None
