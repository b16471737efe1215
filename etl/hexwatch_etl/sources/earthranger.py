"""EarthRanger patrols, as ecoscope writes their observations: one row for each fix, details in nested columns."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import Coded
from hexwatch_etl.reading import Peek
from hexwatch_etl.tracks.mapping import PingMapping
from hexwatch_schemas.words import DatasetKind

from ._source import Source


def mapping(top: Peek) -> PingMapping:
    """A patrol may have several subjects, each with a device: each is a track of its own."""
    subject = next((name for name in ("extra.subject.name", "extra__subject__name") if top.has(name)), "groupby_col")
    return PingMapping(
        title="EarthRanger patrols",
        track=("patrol_id", "groupby_col"),
        mover=subject,
        time="fixtime",
        patrol_type=Coded(column="patrol_type__value", default="patrol"),
        only={"junk_status": ("false",)},
    )


SOURCE = Source(
    id="earthranger",
    title="EarthRanger patrols",
    origin=Origin(
        attribution="The area's ranger service, recorded with EarthRanger",
        licence="As the area's management says",
        url="https://www.earthranger.com",
    ),
    sniff=lambda top: top.has("patrol_id", "patrol_serial_number", "groupby_col", "fixtime", "patrol_type__value"),
    mapping=mapping,
    kind=DatasetKind.TRACKS,
    pings=True,
)
