"""Retention: what is kept for some days only goes by policy, in one transaction with the proof of what went."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from hexwatch_schemas import __version__

from .lake.days import file_of
from .load import file_facts
from .ownership import held
from .project.model import Retention
from .store_rows import sql


@dataclass(frozen=True)
class Gone:
    """What went of a dataset: how much, through which run or day, and a fingerprint of it."""

    dataset: str
    what: str
    days: int  # of the policy
    through: str
    rows: int
    digest: str
    files: list[dict[str, Any]] = field(default_factory=list)


class _Rehearsed(Exception):
    """Ends the transaction of a rehearsal."""


def expire(
    conn: psycopg.Connection, dataset: str, kept: Retention, lake: Path, *, dry_run: bool = False,
    now: datetime | None = None,
) -> list[Gone]:  # fmt: skip
    """Remove what a dataset need not keep, on an autocommit connection; what went. Raises Locked.

    `dry_run` does the same and takes it back. Published numbers never change.
    """
    moment = now or datetime.now(UTC)
    with held(conn, dataset) as number:
        found: list[Gone] = []
        try:
            with conn.transaction():
                found += (gone for gone in _each(conn, dataset, number, kept, lake, moment) if gone.rows)
                for gone in found:
                    said = {**vars(gone), "dataset": number, "files": Jsonb(gone.files), "version": __version__}
                    conn.execute(sql("retention.note"), said)
                if dry_run:
                    raise _Rehearsed
        except _Rehearsed:
            return found
        # Files go once nobody counts on them; one that is left by a crash here goes with the next load's sweep.
        for gone in found:
            for file in gone.files:
                (lake / file["name"]).unlink(missing_ok=True)
        return found


def _each(
    conn: psycopg.Connection, dataset: str, number: int, kept: Retention, lake: Path, moment: datetime
) -> Iterator[Gone]:
    if kept.releases_days is not None:
        yield _beliefs(conn, dataset, number, kept.releases_days, moment)
    if kept.refused_days is not None:
        yield _refused(conn, dataset, number, kept.refused_days, moment)
    if kept.pings_days is not None:
        yield _pings(conn, dataset, number, kept.pings_days, lake, moment)


def _beliefs(conn: psycopg.Connection, dataset: str, number: int, days: int, moment: datetime) -> Gone:
    asked = {"dataset": number, "moment": moment - timedelta(days)}
    (boundary,) = _row(conn, "retention.boundary", asked)
    rows, digest = _row(conn, "retention.beliefs", {"dataset": number, "boundary": boundary})
    if rows:
        conn.execute(sql("retention.forget"), {"dataset": number, "boundary": boundary})
    return Gone(dataset, "beliefs", days, f"run {boundary}", rows, digest)


def _refused(conn: psycopg.Connection, dataset: str, number: int, days: int, moment: datetime) -> Gone:
    asked = {"dataset": number, "moment": moment - timedelta(days)}
    rows, digest, last = _row(conn, "retention.refused", asked)
    return Gone(dataset, "refused rows", days, f"run {last}", rows, digest)


def _pings(conn: psycopg.Connection, dataset: str, number: int, days: int, lake: Path, moment: datetime) -> Gone:
    asked = {"dataset": number, "day": moment.date() - timedelta(days)}
    found = sorted(conn.execute(sql("retention.pings"), asked).fetchall())
    mark, _ = _row(conn, "lake.mark", {"dataset": number})
    files = []
    for day, run, pings in found:
        path = file_of(lake / f"dataset={dataset}", day, run, str(mark)[:8])
        facts = file_facts(path) if path.is_file() else {"bytes": None, "sha256": None}
        files.append({**facts, "name": str(path.relative_to(lake)), "rows": pings})
    if found:
        conn.execute(sql("retention.pings_from"), asked)
    lines = "".join(f"{file['sha256']}  {file['name']}\n" for file in files)
    through, rows = (str(found[-1][0]) if found else ""), sum(pings for *_, pings in found)
    return Gone(dataset, "pings", days, through, rows, hashlib.sha256(lines.encode()).hexdigest(), files)


def _row(conn: psycopg.Connection, statement: str, asked: dict[str, object]) -> tuple[Any, ...]:
    row = conn.execute(sql(statement), asked).fetchone()
    assert row is not None, "an aggregate gives a row"
    return row
