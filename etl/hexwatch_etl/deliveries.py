"""Several files of one load become one delivery: a key counts once, the newest revision of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from hexwatch_schemas.errors import QuarantineExceeded, UsageError
from hexwatch_schemas.words import DatasetKind

from .copy_binary import jsonb
from .events import Delivery, Measure
from .ownership import Run
from .store_rows import copy_rows, sql

SUPERSEDED = "superseded"  # not a fault of the row: it does not count against the threshold


@dataclass(frozen=True)
class Delivered:
    """All files of a load. rows_in == loaded + rejects; `rejects` and `remarks` name their file.

    `events` are the rows that are loaded; of tracks none, for pings go to the lake.
    """

    kind: DatasetKind
    rows_in: int
    events: pl.DataFrame
    rejects: pl.DataFrame
    remarks: pl.DataFrame
    measures: tuple[Measure, ...]
    notes: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """For the ledger."""
        refused = self.rejects.height
        return {"rows_in": self.rows_in, "rows_loaded": self.rows_in - refused, "rows_quarantined": refused}

    @staticmethod
    def by_rule(frame: pl.DataFrame) -> dict[str, int]:
        """Rows of `rejects` or `remarks` counted by rule."""
        return dict(frame.group_by("rule").len().sort("rule").iter_rows())


def newest(events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows to keep, and those that a newer (or, without revisions, a later) row of the same key replaces."""
    order = events.with_row_index("position").sort("revision", "position", nulls_last=False, maintain_order=True)
    kept = order.unique("key", keep="last", maintain_order=True)
    lost = order.join(kept.select("position"), on="position", how="anti").sort("position")
    reason = pl.format("a later row or revision of the same report, {}, replaces it", "key")
    rejects = lost.select(
        "file", "line", pl.lit(SUPERSEDED).alias("rule"), reason.alias("reason"), _as_row().alias("row")
    )
    return kept.sort("position").drop("position", "file"), rejects


def merge(files: Iterable[tuple[str, Delivery]]) -> Delivered:
    """Put the deliveries of several files together.

    Raises UsageError where they are of different kinds.
    """
    given = list(files)
    first = given[0][1]
    if any(d.kind != first.kind for _, d in given):
        raise UsageError("These files are of different kinds.", hint="Load them one by one.")
    events = pl.concat([d.events.with_columns(pl.lit(n).alias("file")) for n, d in given], how="diagonal")
    kept, lost = newest(events)
    return Delivered(
        first.kind,
        sum(d.rows_in for _, d in given),
        kept,
        pl.concat([*(named(d.rejects, n) for n, d in given), lost]),
        pl.concat([named(d.remarks, n) for n, d in given]),
        tuple({m.name: m for _, d in given for m in d.measures}.values()),
        tuple(f"{n}: {note}" for n, d in given for note in d.notes),
    )


def named(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """Rejects or remarks of a file, which they name."""
    return frame.select(pl.lit(file).alias("file"), "line", "rule", "reason", "row")


def _as_row() -> pl.Expr:
    return pl.struct("key", "revision").struct.json_encode()


def keep_rejects(run: Run, delivered: Delivered) -> None:
    """Leave every refused row and every remark in the store, whatever becomes of the load."""
    ids = [pl.lit(run.dataset, pl.Int32).alias("dataset"), pl.lit(run.id, pl.Int64).alias("run")]
    columns = ("file", "line", "rule", "reason", "row")
    copy_rows(run.conn, sql("runs.copy_quarantine"), delivered.rejects.select(*ids, *columns[:-1], jsonb("row")))
    copy_rows(run.conn, sql("runs.copy_remarks"), delivered.remarks.select(ids[1], *columns[:-1]))


def refuse_over_threshold(delivered: Delivered, threshold: float) -> None:
    """Raises QuarantineExceeded where a larger share of the rows was refused than the dataset allows."""
    faults = delivered.rejects.filter(pl.col("rule") != SUPERSEDED)
    if delivered.rows_in and faults.height / delivered.rows_in > threshold:
        raise QuarantineExceeded(
            f"{faults.height} of {delivered.rows_in} rows were refused, more than {threshold:.1%}: nothing published.",
            hint="See why with: hexwatch inspect FILE; accept it with --threshold.",
            rules=delivered.by_rule(faults),
        )
