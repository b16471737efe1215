"""From a table of text and a mapping to a delivery: every row becomes an event or a reject."""

from __future__ import annotations

from datetime import date

import polars as pl

from .events import EVENT_SCHEMA, EVENTS, REMARK_SCHEMA, Delivery
from .mapping import Mapping
from .normalise_cells import Cells
from .normalise_key import content_keys, id_keys
from .normalise_what import amounts, categories, properties
from .normalise_when import days
from .normalise_where import places
from .reading import Table
from .rules import Findings


def normalise(table: Table, mapping: Mapping, delivered: date) -> Delivery:
    """Apply a mapping to a table.

    `delivered`: the last day an event can have begun on.
    Raises MappingError where the mapping names a column that the table lacks.
    """
    cells = Cells(table.rows, mapping.file)
    findings = Findings(table.rows.height, mapping.rules)
    found: dict[str, pl.Series] = {"line": table.lines}
    found |= days(cells, mapping.when, delivered, findings)
    found |= places(cells, mapping.where, table.crs, findings)
    found |= categories(cells, mapping.category, findings)
    found |= amounts(cells, mapping, found, findings)
    found |= {"properties": properties(cells, mapping.keep), EVENTS.name: cells.constant(1, pl.Int64())}
    found |= id_keys(cells, mapping.key, findings)
    return _deliver(table, mapping, found, cells, findings)


def _deliver(table: Table, mapping: Mapping, found: dict[str, pl.Series], cells: Cells, findings: Findings) -> Delivery:
    measures = (EVENTS, *(column.measure for column in mapping.measures))
    names = [*EVENT_SCHEMA, *(measure.name for measure in measures)]
    events = pl.DataFrame(found).filter(~findings.refused())
    if not mapping.key.columns:
        events = events.with_columns(content_keys(events, measures))
    rejects = pl.concat([table.broken, shown(findings.quarantined(), table, cells)]).sort("line", maintain_order=True)
    return Delivery(
        rows_in=table.rows.height + table.broken.height,
        events=events.select(names).cast(EVENT_SCHEMA),  # pyright: ignore[reportArgumentType]
        rejects=rejects,
        remarks=shown(findings.remarks(), table, cells),
        measures=measures,
        kind=mapping.kind,
        notes=table.notes,
    )


def shown(found: pl.DataFrame, table: Table, cells: Cells) -> pl.DataFrame:
    """Findings with line and row; of the row only what the mapping reads, for the rest was not asked for."""
    rows = table.rows.select(sorted(cells.used))[found["row"]]
    text = (
        rows.select(pl.struct(pl.all()).struct.json_encode()).to_series()
        if rows.width
        else pl.Series([], dtype=pl.String)
    )
    lines = table.lines.gather(found["row"])
    return found.select("rule", "reason").with_columns(line=lines, row=text).select(REMARK_SCHEMA.keys())
