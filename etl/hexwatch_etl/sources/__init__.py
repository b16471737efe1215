"""Sources, one file each: adding a file to this folder adds a source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from hexwatch_etl.events import Delivery
from hexwatch_etl.mapping import Mapping
from hexwatch_etl.normalise import normalise
from hexwatch_etl.reading import Content, Peek, Table, open_file, peek, read_parts, read_table
from hexwatch_etl.tracks.mapping import Order, PingMapping
from hexwatch_etl.tracks.pings import normalise_pings
from hexwatch_schemas.errors import MappingError, UsageError

from ._source import Source

__all__ = [
    "SOURCES",
    "Source",
    "apply",
    "declared",
    "detect",
    "get",
    "latest_date",
    "read_delivery",
    "read_in_parts",
    "recognise",
]


def _discover() -> dict[str, Source]:
    names = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    found = [import_module(f"{__name__}.{name}").SOURCE for name in names]
    return {source.id: source for source in found}


SOURCES: dict[str, Source] = _discover()


def get(name: str) -> Source:
    """The source of this id; UsageError names those there are."""
    try:
        return SOURCES[name]
    except KeyError:
        raise UsageError(f"There is no source {name!r}.", hint=f"Sources are {', '.join(SOURCES)}.") from None


def detect(path: Path) -> Source:
    """The source whose files look like this one; its content decides, never its name."""
    content = open_file(path)
    return _known(content, peek(content))


def recognise(top: Peek) -> Source | None:
    """The one source that knows such files, or None."""
    fitting = [source for source in SOURCES.values() if source.sniff(top)]
    return fitting[0] if len(fitting) == 1 else None


def _known(content: Content, top: Peek) -> Source:
    if source := recognise(top):
        return source
    columns = ", ".join(top.header[:12]) + (", …" if len(top.header) > 12 else "")
    hint = f"`hexwatch inspect {content.name} --save mapping.toml` proposes a mapping; its columns are {columns}."
    raise MappingError(f"{content.name} looks like no source that is known by name.", hint=hint)


def read_delivery(
    path: Path,
    source: Source | None = None,
    mapping: Mapping | PingMapping | None = None,
    delivered: date | None = None,
) -> Delivery:
    """Read one file as events, or as pings, and rejects.

    Without a mapping the source's own is used; without a source it is recognised. `delivered` is the day the file
    was published: nothing in it can begin later. Default: the latest date on Earth now.
    Raises UnreadableFile for a file that is no table, MappingError where mapping and file do not fit.
    """
    content = open_file(path)
    mapping = mapping or _declared(content, source)
    return apply(read_table(content, mapping.file), mapping, delivered or latest_date())


def read_in_parts(path: Path, mapping: PingMapping, delivered: date | None = None) -> Iterator[Delivery]:
    """The pings of one file as several deliveries, in order; in one where only the file has an order of pings."""
    content = open_file(path)
    whole = mapping.cleaning.order is Order.FILE
    for table in [read_table(content, mapping.file)] if whole else read_parts(content, mapping.file):
        yield normalise_pings(table, mapping, delivered or latest_date())


def apply(table: Table, mapping: Mapping | PingMapping, delivered: date) -> Delivery:
    """A table by a mapping of either kind."""
    if isinstance(mapping, PingMapping):
        return normalise_pings(table, mapping, delivered)
    return normalise(table, mapping, delivered)


def declared(path: Path, source: Source) -> Mapping | PingMapping:
    """The mapping that a source has for a file."""
    return _declared(open_file(path), source)


def _declared(content: Content, source: Source | None) -> Mapping | PingMapping:
    top = peek(content)
    source = source or _known(content, top)
    if source.mapping is None:
        hint = f"`hexwatch inspect {content.name} --save mapping.toml` proposes one."
        raise MappingError(f"Source {source.id!r} needs a mapping.", hint=hint)
    return source.mapping(top)


def latest_date() -> date:
    """Today where the day begins first (UTC+14): no honest report is dated later."""
    return (datetime.now(UTC) + timedelta(hours=14)).date()
