"""SMART patrols, as ecoscope writes their observations: one row for each fix of each patrol."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import Coded
from hexwatch_etl.reading import Peek
from hexwatch_etl.tracks.mapping import PingMapping
from hexwatch_schemas.words import DatasetKind

from ._source import Source

MAPPING = PingMapping(
    title="SMART patrols",
    track=("patrol_id",),
    mover="groupby_col",
    time="fixtime",  # UTC; patrol_start_time and patrol_end_time are local texts without a zone, and not needed
    patrol_type=Coded(column="patrol_type__display", default="patrol"),
    only={"junk_status": ("false",)},
)


def _sniff(top: Peek) -> bool:
    known = top.has("patrol_id", "groupby_col", "fixtime", "junk_status", "patrol_type__display")
    return known and not top.has("patrol_serial_number")


SOURCE = Source(
    id="smart",
    title=MAPPING.title,
    origin=Origin(
        attribution="The area's ranger service, recorded with SMART",
        licence="As the area's management says",
        url="https://smartconservationtools.org",
    ),
    sniff=_sniff,
    mapping=lambda _top: MAPPING,
    kind=DatasetKind.TRACKS,
    pings=True,
)
