"""GPX, versions 1.0 and 1.1: tracks of devices. Waypoints and planned routes are nobody's way."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import Coded, Where
from hexwatch_etl.reading import Form
from hexwatch_etl.tracks.mapping import Cleaning, Order, PingMapping
from hexwatch_schemas.words import DatasetKind

from ._source import Source

MAPPING = PingMapping(
    title="GPX tracks",
    track=("track",),
    part="segment",
    time="time",
    clock="UTC",  # GPX 1.1 schema: "Univeral Coordinated Time (UTC), not local time"
    where=Where(longitude="longitude", latitude="latitude"),
    patrol_type=Coded(column="type", default="patrol"),
    only={"point": ("track",)},
    cleaning=Cleaning(order=Order.FILE),
)

SOURCE = Source(
    id="gpx",
    title=MAPPING.title,
    origin=Origin(attribution="Whoever carried the device", licence="As its owner says"),
    sniff=lambda top: top.form is Form.GPX,
    mapping=lambda _top: MAPPING,
    kind=DatasetKind.TRACKS,
    pings=True,
)
