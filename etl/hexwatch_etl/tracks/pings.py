"""From a table of text and a mapping to pings: every row becomes a ping or a reject."""

from __future__ import annotations

from datetime import date

import polars as pl

from hexwatch_schemas.words import DatasetKind, DayPrecision

from ..events import Delivery, Measure
from ..mapping import Key
from ..normalise import shown
from ..normalise_cells import Cells
from ..normalise_dates import read_moments
from ..normalise_key import id_keys
from ..normalise_what import categories
from ..normalise_when import instants
from ..normalise_where import coordinates
from ..reading import Table
from ..rules import Findings
from .mapping import PingMapping
from .rules import PING_RULES

# One row per ping, as its source has it: nothing is cleaned yet.
PING_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),  # where the ping stands in its file, 1-based
    "track": pl.String(),  # what tells one track from another
    "mover": pl.String(),  # who moves: a patrol, a vehicle, a device
    "part": pl.String(),  # a change breaks the track; null where the source has none
    "time": pl.Datetime("us", "UTC"),
    "longitude": pl.Float64(),  # degrees, WGS84
    "latitude": pl.Float64(),
    "patrol_type": pl.String(),
    "strength": pl.Int64(),  # people; null where unknown
}

METRES = Measure("metres", "Length of the way", "m", 1000)
SECONDS = Measure("seconds", "Time spent", "s", 1000)
VISITS = Measure("visits", "Visits", "visits")
NIGHTS = Measure("nights", "Nights", "nights")
PERSON_SECONDS = Measure("person_seconds", "Time spent, times people", "person-seconds", 1000)


def normalise_pings(table: Table, mapping: PingMapping, delivered: date) -> Delivery:
    """Apply a mapping to a table; the delivery's `events` are pings (PING_SCHEMA).

    `delivered`: the last day a ping can be of.
    Raises MappingError where the mapping names a column that the table lacks.
    """
    cells = Cells(table.rows, mapping.file)
    findings = Findings(table.rows.height, {}, PING_RULES)
    _only(cells, mapping, findings)
    key = id_keys(cells, Key(columns=mapping.track), findings)["key"]
    x, y = coordinates(cells, mapping.where, table.crs, findings)
    findings.add("missing-coordinates", x.is_null(), "It has no coordinates.")
    found: dict[str, pl.Series] = {"line": table.lines, "track": key, "longitude": x, "latitude": y}
    found["mover"] = cells.text(mapping.mover) if mapping.mover else key
    found["part"] = cells.text(mapping.part) if mapping.part else cells.constant(None, pl.String())
    found["time"] = _times(cells, mapping, delivered, findings)
    found["patrol_type"] = categories(cells, mapping.patrol_type, findings)["category"]
    found["strength"] = _strength(cells, mapping, findings)
    return _deliver(table, found, cells, findings)


def _only(cells: Cells, mapping: PingMapping, findings: Findings) -> None:
    for column, values in mapping.only.items():
        text = cells.text(column)
        findings.add("not-a-ping", ~text.is_in(values).fill_null(value=False), "{} is {}.", column, text)


def _times(cells: Cells, mapping: PingMapping, delivered: date, findings: Findings) -> pl.Series:
    name, text = cells.name(mapping.time), cells.text(mapping.time)
    moments = read_moments(text, mapping.formats)
    findings.add("missing-date", text.is_null(), "{} is empty.", name)
    forms = " or ".join(mapping.formats)
    unread = text.is_not_null() & moments.is_null()
    findings.add("unreadable-date", unread, "{} is {}, which is not of the form {}.", name, text, forms)
    times = instants(
        moments, mapping.clock or mapping.zone, cells.constant(str(DayPrecision.DAY), pl.String()), findings
    )
    vague = moments.is_not_null() & times.is_null()
    findings.add("no-moment", vague, "{} is {}: no offset, and the mapping names no zone.", name, text)
    day = moments.struct.field("local").dt.date()
    findings.add("future-date", day > delivered, "It is of {}, after the delivery on {}.", day, str(delivered))
    return times


def _strength(cells: Cells, mapping: PingMapping, findings: Findings) -> pl.Series:
    if mapping.strength is None or isinstance(mapping.strength, int):
        return cells.constant(mapping.strength, pl.Int64())
    number = cells.number(mapping.strength)
    broken = cells.unreadable(mapping.strength) | (number != number.round()) | (number < 1)
    reason = "{} is {}, which is no number of people."
    findings.add("unreadable-number", broken, reason, cells.name(mapping.strength), cells.text(mapping.strength))
    return number.cast(pl.Int64, strict=False)


def _deliver(table: Table, found: dict[str, pl.Series], cells: Cells, findings: Findings) -> Delivery:
    pings = pl.DataFrame(found).filter(~findings.refused()).select(PING_SCHEMA.keys()).cast(PING_SCHEMA)  # pyright: ignore[reportArgumentType]
    rejects = pl.concat([table.broken, shown(findings.quarantined(), table, cells)]).sort("line", maintain_order=True)
    known = pings["strength"].is_not_null().any()
    return Delivery(
        rows_in=table.rows.height + table.broken.height,
        events=pings,
        rejects=rejects,
        remarks=shown(findings.remarks(), table, cells),
        measures=(METRES, SECONDS, VISITS, NIGHTS, PERSON_SECONDS)[: 5 if known else 4],
        kind=DatasetKind.TRACKS,
        notes=table.notes,
    )
