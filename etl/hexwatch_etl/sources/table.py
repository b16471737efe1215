"""Any other table, by a mapping of the user's."""

from __future__ import annotations

from hexwatch_etl.events import Origin

from ._source import Source

SOURCE = Source(
    id="table",
    title="Any table with a mapping",
    origin=Origin(attribution="As the mapping declares", licence="As the mapping declares"),
    sniff=lambda _top: False,
    mapping=None,
)
