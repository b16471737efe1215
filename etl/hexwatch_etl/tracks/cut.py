"""Tasks of a load: files of the lake in, days of tracks and their visits out. Each local day is the work of one task.

Only a very large day is several tasks, each for a range of its tracks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from ..lake import Lake, read_pings
from ..lake.files import row_group_tracks
from .days import midnights, with_midnights
from .lines import lines
from .stage import DAY, days_of_tracks
from .visits import visits

PINGS = 100_000  # of a task: some seconds of work
VERSION = 2  # another one when the same pings come to other visits or lines: then everything is cut anew
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cut:
    """A task: local days, in order; the lake's files and the moments that can matter to them; a range of tracks."""

    days: tuple[date, ...]
    files: tuple[str, ...]
    first: datetime
    last: datetime
    tracks: tuple[str | None, str | None]
    zone: str
    base: int


def cut(task: Cut) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Days of tracks, and their visits (see days_of_tracks, lines, visits). A pure function of the lake's files."""
    pings = with_midnights(_believed(task), task.zone)
    days = days_of_tracks(pings.filter(pl.col("day").is_in(task.days)))
    return days.join(lines(pings), on=DAY, how="left", maintain_order="left"), visits(pings, task.base, task.days)


def _believed(task: Cut) -> pl.DataFrame:
    """The pings that count, with `stretch` numbering the unbroken ways."""
    found = pl.concat([read_pings(Path(file), task.tracks) for file in task.files])
    counted = found.filter(pl.col("refused").is_null(), pl.col("time").is_between(task.first, task.last))
    begins = pl.col("begins") | (pl.col("track") != pl.col("track").shift(1)).fill_null(value=True)
    return counted.sort("track", "time", maintain_order=True).with_columns(stretch=begins.cum_sum().cast(pl.Int64))


def local_days(days: Collection[date], zone: str, reach: timedelta) -> list[date]:
    """Local days on which a ping of some days of UTC may change where a track was."""
    found: set[date] = set()
    for day in days:
        begin = datetime.combine(day, datetime.min.time(), UTC)
        first, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (begin - reach, begin + _DAY + reach))
        found |= {first + k * _DAY for k in range((last - first).days + 1)}
    return sorted(found)


def tasks(lake: Lake, days: list[date], zone: str, reach: timedelta, base: int) -> Iterator[Cut]:
    """The work on some local days, in order."""
    for group in _groups(lake, days):
        first, last = _moments(group, zone)
        first, last = first - reach, last + reach
        span = [first.date() + k * _DAY for k in range((last.date() - first.date()).days + 1)]
        there = [day for day in span if day in lake.parts]
        files = tuple(str(lake.path(day)) for day in there)
        for tracks in _ranges(lake, there) if files else ():
            yield Cut(tuple(group), files, first, last, tracks, zone, base)


def _moments(days: list[date], zone: str) -> tuple[datetime, datetime]:
    """When the first day begins, and the last one ends."""
    first, last = midnights(pl.Series([days[0], days[-1] + _DAY]), zone)
    return first, last


def _groups(lake: Lake, days: list[date]) -> Iterator[list[date]]:
    """Days that follow one another, as many as make a task."""
    group: list[date] = []
    pings = 0
    for day in days:
        if group and (pings >= PINGS or day != group[-1] + _DAY):
            yield group
            group, pings = [], 0
        group.append(day)
        pings += lake.parts[day].pings if day in lake.parts else 0
    if group:
        yield group


def _ranges(lake: Lake, days: list[date]) -> Iterator[tuple[str | None, str | None]]:
    """Ranges of tracks that share out the largest of some days; one that holds all where it is no large one."""
    largest = max(days, key=lambda day: lake.parts[day].pings)
    ends: list[str | None] = [None]
    pings = 0
    if lake.parts[largest].pings > 2 * PINGS:
        for first, height in row_group_tracks(lake.path(largest)):
            if pings >= PINGS and first != ends[-1]:
                ends.append(first)
                pings = 0
            pings += height
    yield from pairwise([*ends, None])
