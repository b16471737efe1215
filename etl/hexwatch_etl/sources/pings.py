"""Any other table of pings, by a mapping of the user's."""

from __future__ import annotations

from hexwatch_etl.events import Origin
from hexwatch_schemas.words import DatasetKind

from ._source import Source

SOURCE = Source(
    id="pings",
    title="Any table of pings with a mapping",
    origin=Origin(attribution="As the mapping declares", licence="As the mapping declares"),
    sniff=lambda _top: False,
    mapping=None,
    kind=DatasetKind.TRACKS,
    pings=True,
)
