"""Patrols and denied access on disk: deliveries as they would come, and how to load them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl
from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment

from . import country as ground
from . import patrols as who
from .corrections import SOURCE
from .files import INCIDENTS, MADE_UP, TITLE, ZONES
from .patrols import Patrols
from .reporting import FIRST_DAY

PATROLS, FLIGHTS, ACCESS, WATCHED = "vethara-patrols", "vethara-flights", "vethara-access", "vethara-watched"
# What the mappings of the other files say; GPX needs none.
CREDIT = ("--attribution", "Synthetic: made by the Hexwatch simulator; nothing here ever happened", "--licence", "CC0")
# The zones that patrols are meant to reach, among them the one from which nothing is reported.
REQUIRED = ("Orrenday", "Marrigay", "Dravenmark", ground.UNREPORTED_ZONE)
# Zone, or near to where (kilometres), from when to when: first and last day of each denial.
DENIALS = (
    (ground.UNREPORTED_ZONE, None, "2024-01-01", "2024-09-30"),
    (ground.UNREPORTED_ZONE, None, "2025-02-01", "2025-12-31"),
    (None, (-14.0, 112.0), "2024-03-01", "2024-08-31"),
    (None, (142.0, -92.0), "2025-06-01", "2025-11-30"),
)


def _codes(names: tuple[str, ...]) -> str:
    country = ground.country()
    return ",".join(country.codes[country.names.index(name)] for name in names)


LOADS = (
    ("load", PATROLS, "patrols.csv", "posts.parquet", "--kind", "tracks", "--mapping", "patrols.toml", "--title",
     f"{ground.NAME} patrols (synthetic)", *MADE_UP),
    ("load", FLIGHTS, "flights.gpx", "--title", f"{ground.NAME} patrols by air (synthetic)", *MADE_UP, *CREDIT),
    ("load", ACCESS, "access.csv", "--mapping", "access.toml", "--areas", ZONES, "--title",
     f"{ground.NAME}: no access (synthetic)", *MADE_UP),
    ("layer", WATCHED, "--of", INCIDENTS, "--effort", PATROLS, "--access", ACCESS, "--required",
     f"{ZONES}:{_codes(REQUIRED)}", "--title", TITLE.replace("incidents", "incidents, and who looked")),
)  # fmt: skip


def write(folder: Path, patrols: Patrols) -> None:
    """patrols.csv, posts.parquet, flights.gpx, access.csv, and mappings where they need one."""
    for name in ("patrols.toml", "access.toml"):
        (folder / name).write_bytes(resources.files("hexwatch_etl.demo").joinpath(name).read_bytes())
    pings = _pings(patrols)
    by_type = pings.partition_by("type", as_dict=True)
    posts, flights = by_type.pop(("post",)), by_type.pop(("air",))
    pl.concat(by_type.values()).write_csv(folder / "patrols.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    posts.write_parquet(folder / "posts.parquet")
    (folder / "flights.gpx").write_text(_gpx(flights), "utf-8")
    _denials().write_csv(folder / "access.csv")


def _pings(patrols: Patrols) -> pl.DataFrame:
    spots = ground.degrees(patrols.place)
    seconds = np.round(patrols.day * 86_400).astype("timedelta64[s]")
    moments = pl.Series((np.datetime64(FIRST_DAY, "s") + seconds).astype("datetime64[us]"))
    return pl.DataFrame(
        {
            "patrol_id": patrols.track,
            "type": patrols.type,
            "time": moments.dt.replace_time_zone("UTC"),
            "longitude": spots[:, 0],
            "latitude": spots[:, 1],
            "people": patrols.strength,
            "synthetic": np.ones(patrols.day.size, np.bool_),
        }
    )


def _gpx(pings: pl.DataFrame) -> str:
    """One track for each flight."""
    found = GPX()
    found.name, found.creator = f"{ground.NAME} flights (synthetic)", "Hexwatch simulator"
    for (name,), points in pings.group_by("patrol_id", maintain_order=True):
        places = points.select("longitude", "latitude", "time").iter_rows()
        track, segment = GPXTrack(str(name)), GPXTrackSegment([GPXTrackPoint(y, x, time=at) for x, y, at in places])
        track.type = "air"  # pyright: ignore[reportAttributeAccessIssue]  (the library declares None alone)
        track.segments.append(segment)
        found.tracks.append(track)
    return found.to_xml("1.1")


def _denials() -> pl.DataFrame:
    country = ground.country()
    seats = dict(zip(country.names, country.seats, strict=True))
    places = [spot or (seats[zone].x, seats[zone].y) for zone, spot, *_ in DENIALS if zone or spot]  # pyright: ignore[reportArgumentType]
    spots = ground.degrees(np.array(places, np.float64))
    return pl.DataFrame(
        {
            "report_id": [f"SYN-ACCESS-{number}" for number in range(1, len(DENIALS) + 1)],
            "date_start": [first for *_, first, _ in DENIALS],
            "date_end": [last for *_, last in DENIALS],
            "longitude": spots[:, 0],
            "latitude": spots[:, 1],
            "where_precision": ["adm1" if zone else "near" for zone, *_ in DENIALS],
            "zone": [zone for zone, *_ in DENIALS],
            "type": "ACCESS",
            "source": SOURCE,
        }
    )


def parameters() -> dict[str, object]:
    """How patrols act on incidents and on who is told of them: what a method may be tried against."""
    return {
        "log_rate": who.LOG_RATE,
        "resolution": who.RESOLUTION,
        "rings": who.RINGS,
        "lasting_days": who.LASTING,
        "types": ["foot", "vehicle", "post"],
        "told_where_looked": who.TOLD_WHERE_LOOKED,
        "told_elsewhere": who.TOLD_ELSEWHERE,
    }
