"""Days of the lake take in what arrived: the same pings make the same day, however and whenever they came.

A day's pings are judged after those of the day before, whose last believed ones its own are measured from. A day that
has changed so passes the question on to the next, until one comes out as it was.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl

from ..lake import LAKE_SCHEMA, Lake
from .arrive import Arrivals
from .clean import PING_KEY, judge, rejected
from .days import day_of

TOGETHER = 1_000_000  # pings: so many days are judged at once, for small days are many
_DAY = timedelta(days=1)
_FIRST = [*PING_KEY, *(name for name in LAKE_SCHEMA if name not in {*PING_KEY, "refused", "begins"})]


@dataclass
class Settled:
    """What came of it: the days of UTC that changed, what was refused of the arrivals, how many were known before.

    `lacked`: how many pings count still that files of the same names brought earlier on these days, and lack now.
    """

    changed: set[date] = field(default_factory=set)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    known: int = 0
    lacked: int = 0


def settle(lake: Lake, arrivals: Arrivals, *, whole_days: bool = False) -> Settled:
    """Write the days of the lake that arrivals change. `whole_days`: they are all there is of a local day of a track.

    And of what files of their names brought on those days, whatever the track: one that was misnamed goes, too.
    A day that another recipe made is made anew, arrivals or not.
    """
    spoken = arrivals.local_days if whole_days and arrivals.local_days.height else None
    around = {day + k * _DAY for day in spoken["day"].unique() for k in (-1, 0, 1)} if spoken is not None else set()
    stale = {day for day, part in lake.parts.items() if part.recipe != lake.recipe}
    known = {day for day in stale | (around & lake.parts.keys()) if arrivals.since is None or day >= arrivals.since}
    begin = {*arrivals.counts, *known}
    todo = sorted(begin | {later for day in begin for later in _reached(lake, arrivals, day)})
    done = Settled()
    while todo:
        days = _leading(todo, lake, arrivals)
        del todo[: len(days)]
        for day in _take_in(days, lake, arrivals, spoken, done):
            done.changed.add(day)
            for later in _reached(lake, arrivals, day):
                if later > days[-1] and later not in todo:
                    insort(todo, later)
    return done


def _reached(lake: Lake, arrivals: Arrivals, day: date) -> list[date]:
    """Days of the lake whose pings may be judged by those of this one."""
    ahead = range(1, _days(arrivals.cleaning.reach) + 1)
    return [later for k in ahead if (later := day + k * _DAY) in lake.parts]


def _days(reach: timedelta) -> int:
    return -(-reach // _DAY)


def _leading(todo: list[date], lake: Lake, arrivals: Arrivals) -> list[date]:
    """So many of the first days as are judged together: between them lies none that they might change."""
    days, pings = [todo[0]], 0
    for day in todo[1:]:
        last = days[-1]
        pings += arrivals.counts[last] + (lake.parts[last].pings if last in lake.parts else 0)
        if pings > TOGETHER or any(last < between < day for between in _reached(lake, arrivals, last)):
            break
        days.append(day)
    return days


def _take_in(
    days: list[date], lake: Lake, arrivals: Arrivals, spoken: pl.DataFrame | None, done: Settled
) -> list[date]:
    """Judge some days and write those that changed; which ones."""
    before = {day: lake.read(day) for day in days}
    known, new = _without(pl.concat(before.values()), spoken, arrivals), arrivals.on(days)
    pings = _judged(_together(known, new), _believed_before(days[0], lake, arrivals), arrivals)
    first = new.select(pl.struct(PING_KEY).is_first_distinct()).to_series()
    done.rejects.append(_refused(new.filter(first), new.filter(~first), pings))
    done.known += new.filter(first).join(known, on=PING_KEY, how="semi").height
    done.lacked += _lacked(known, new, arrivals).height
    by_day = pings.with_columns(day=pl.col("time").dt.date()).partition_by("day", as_dict=True, include_key=False)
    changed = []
    for day in days:
        after = by_day.get((day,), before[day].clear())
        if not after.equals(before[day]):
            lake.write(day, after)
        elif lake.parts[day].recipe != lake.recipe:
            lake.keep(day)
        else:
            continue
        changed.append(day)
    return changed


def _without(known: pl.DataFrame, spoken: pl.DataFrame | None, arrivals: Arrivals) -> pl.DataFrame:
    """Known pings, but those of local days that are told anew: of the tracks, or of files of the same names."""
    if spoken is None:
        return known
    by_day = known.with_columns(day=day_of(pl.col("time"), arrivals.zone))
    same_files = pl.col("file").is_in(arrivals.files) & pl.col("day").is_in(spoken["day"].unique().implode())
    return by_day.filter(~same_files).join(spoken, on=["track", "day"], how="anti").drop("day")


def _lacked(known: pl.DataFrame, new: pl.DataFrame, arrivals: Arrivals) -> pl.DataFrame:
    """Known pings of files that came again and lack them, on days that they speak of."""
    spoken = pl.col("time").dt.date().is_in(list(arrivals.counts))
    return known.filter(pl.col("file").is_in(arrivals.files), spoken).join(new, on=PING_KEY, how="anti")


def _together(known: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Each ping once, in order. Of equal ones the first by all that they say counts, not the first that came."""
    both = pl.concat([known.select(_FIRST), new.select(_FIRST)]).sort(_FIRST, nulls_last=True)
    return both.unique(PING_KEY, keep="first", maintain_order=True)


def _believed_before(day: date, lake: Lake, arrivals: Arrivals) -> pl.DataFrame:
    """The last ping of each track that counts and is near enough to a day to matter to it."""
    reach = arrivals.cleaning.reach
    ahead = [day - k * _DAY for k in range(_days(reach), 0, -1)]
    since = datetime.combine(day, datetime.min.time(), UTC) - reach
    found = pl.concat([pl.DataFrame(schema=LAKE_SCHEMA), *(lake.read(d) for d in ahead if d in lake.parts)])
    believed = found.filter(pl.col("refused").is_null(), pl.col("time") >= since)
    return believed.unique("track", keep="last", maintain_order=True).select(_FIRST)


def _judged(pings: pl.DataFrame, before: pl.DataFrame, arrivals: Arrivals) -> pl.DataFrame:
    """Pings with what the rules say of them (LAKE_SCHEMA)."""
    both = pl.concat([before.with_columns(own=False), pings.with_columns(own=True)]).sort("track", maintain_order=True)
    found = judge(both, arrivals.cleaning)
    counts = pl.col("refused").is_null()
    begins = counts & pl.struct(counts, "stretch").is_first_distinct()
    return found.with_columns(begins=begins).filter("own").select(LAKE_SCHEMA.keys())


def _refused(new: pl.DataFrame, repeats: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Rejects among arrivals: repeats within the load, and those that broke a rule."""
    broke = judged.filter(pl.col("refused").is_not_null()).select(*PING_KEY, "refused")
    again = repeats.with_columns(refused=pl.lit("repeated-ping"))
    return pl.concat([rejected(again), rejected(new.join(broke, on=PING_KEY))])
