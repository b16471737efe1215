"""What a source is: a declared mapping, how to recognise its files, and what its makers ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hexwatch_etl.events import Origin
from hexwatch_etl.mapping import Mapping
from hexwatch_etl.reading import Peek
from hexwatch_etl.tracks.mapping import PingMapping
from hexwatch_schemas.words import DatasetKind


@dataclass(frozen=True)
class Source:
    """One kind of file. `mapping` is None where the user must bring one."""

    id: str
    title: str
    origin: Origin
    sniff: Callable[[Peek], bool]
    mapping: Callable[[Peek], Mapping | PingMapping] | None
    kind: DatasetKind = DatasetKind.EVENTS
    pings: bool = False  # rows are positions of movers; else each is a report, and so is a standing post
