"""GPX 1.0 and 1.1 as a table: one row for each point of a track, each waypoint and each point of a route."""

from __future__ import annotations

import re
from collections.abc import Iterator

import gpxpy
import polars as pl
from gpxpy.gpx import GPX, GPXException, GPXRoutePoint, GPXTrack, GPXTrackPoint, GPXWaypoint

from hexwatch_schemas.errors import UnreadableFile

from .text import decode

# `segment` numbers the stretches of a track that its maker holds together.
COLUMNS = ("point", "track", "type", "segment", "time", "longitude", "latitude")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!\s*DOCTYPE", re.IGNORECASE)


def read_gpx(data: bytes, name: str) -> pl.DataFrame:
    """All points as text, columns COLUMNS. Raises UnreadableFile, also where a DOCTYPE could make entities grow."""
    text = _DECLARATION.sub("", decode(data, None, name).text)
    if _DOCTYPE.search(text):
        raise UnreadableFile(f"{name} declares a DOCTYPE, which GPX never needs.", hint="Do not trust this file.")
    try:
        found = gpxpy.parse(text)
    except (GPXException, ValueError) as error:
        hint = "Fetch the file again: it is cut short or damaged."
        raise UnreadableFile(f"{name} could not be read as GPX: {error}.", hint=hint) from error
    return pl.DataFrame(list(_rows(found)), schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def _rows(found: GPX) -> Iterator[tuple[str | None, ...]]:
    for point in found.waypoints:
        yield _row("waypoint", point)
    for route in found.routes:
        for point in route.points:
            yield _row("route", point, route.name)
    for track in found.tracks:
        key = _key(track)
        for number, segment in enumerate(track.segments, 1):
            for point in segment.points:
                yield _row("track", point, key, track.type, str(number))


def _key(track: GPXTrack) -> str:
    """Name and beginning: names alone repeat, for devices give each track the same one."""
    began = min((p.time.isoformat() for s in track.segments for p in s.points if p.time), default="")
    return " ".join(part for part in (track.name, began) if part) or "track"


def _row(
    point: str, at: GPXTrackPoint | GPXWaypoint | GPXRoutePoint, track: str | None = None, *rest: str | None
) -> tuple[str | None, ...]:
    kind, segment = rest or (None, None)
    time = at.time.isoformat() if at.time else None
    return point, track, kind, segment, time, repr(at.longitude), repr(at.latitude)
