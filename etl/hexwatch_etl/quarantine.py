"""Refused rows outside the store: written for people, and read again after a fix."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from hexwatch_schemas.errors import UsageError

from . import catalogue
from .catalogue import Description
from .deliveries import SUPERSEDED
from .load import Report, Request, load
from .mapping import Mapping
from .ownership import Charge, Run, charged
from .store_rows import sql
from .tracks.load import are_pings, load_tracks
from .tracks.mapping import PingMapping

Row = dict[str, Any]  # of runs.quarantine
_TOLD = ("run", "dataset", "file", "line", "rule", "reason")
_ALL = 10_000_000


def write_rows(rows: Iterable[Row], file: Path) -> None:
    """Rows for a spreadsheet. Raises UsageError where the file is there already or its folder is not."""
    found = list(rows)
    names = [*_TOLD, *_columns(found)]
    try:
        with file.open("x", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(names)
            writer.writerows([_harmless((row | row["content"]).get(name)) for name in names] for row in found)
    except FileExistsError:
        raise UsageError(f"{file} exists.", hint="Choose another name: nothing is overwritten.") from None
    except FileNotFoundError:
        raise UsageError(f"There is no folder {file.parent}.") from None


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row["content"]))


def _harmless(value: object) -> object:
    """No formula: spreadsheets run what begins so (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def replay_rows(
    conn: psycopg.Connection,
    dataset: str,
    mapping: Mapping | PingMapping | None = None,
    source: str | None = None,
    run: int | None = None,
    rule: str | None = None,
) -> Report | None:
    """Load refused rows again; None where there are none. Raises as `load` does; the rows stay in quarantine then."""
    catalogue.find(conn, dataset)
    asked = {"dataset": dataset, "run": run, "rule": rule, "limit": _ALL}
    cursor = conn.cursor(row_factory=dict_row)
    found = [r for r in cursor.execute(sql("runs.quarantine"), asked).fetchall() if r["rule"] != SUPERSEDED]
    if not found:
        return None
    with tempfile.TemporaryDirectory(prefix="hexwatch-replay-") as folder:
        file = Path(folder) / f"{dataset}-replayed.csv"
        _write_again(found, file)
        request = Request(dataset, (file,), source or _source(conn, dataset, mapping), mapping, Description())
        with charged(Charge(also=lambda done: _note(done, found))):
            return (load_tracks if are_pings(request) else load)(conn, _as_said(request))


def _source(conn: psycopg.Connection, dataset: str, mapping: Mapping | PingMapping | None) -> str | None:
    if mapping is not None:
        return None
    row = conn.execute(sql("catalogue.dataset"), {"id": dataset}).fetchone()
    known = row[5] if row else None
    if known in (None, "table", "pings"):
        raise UsageError(f"Dataset {dataset!r} was read with a mapping.", hint="Name it: --mapping FILE")
    return known


def _as_said(request: Request) -> Request:
    """How a file was shaped (encoding, separator, names) was understood when it was read."""
    if request.mapping is None:
        return request
    shape = request.mapping.file.model_copy(update={"encoding": None, "separator": None, "names": (), "quote": '"'})
    return replace(request, mapping=request.mapping.model_copy(update={"file": shape}))


def _write_again(rows: Sequence[Row], file: Path) -> None:
    names = _columns(rows)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(names)
        writer.writerows([row["content"].get(name) for name in names] for row in reversed(rows))


def _note(run: Run, rows: Sequence[Row]) -> None:
    run.conn.execute(sql("runs.replayed"), {"run": run.id, "ids": [row["id"] for row in rows]})
