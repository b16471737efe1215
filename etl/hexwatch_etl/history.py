"""Earlier releases: which there were, and what changed from one to another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from hexwatch_schemas.errors import NotFound, UsageError

from .store_rows import sql


def release_at(conn: psycopg.Connection, layer: str, text: str) -> dict[str, Any]:
    """The release of a number, or the one that was there at a time. Raises NotFound and UsageError."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    asked = {"layer": layer, "number": number, "moment": None if number is not None else _moment(text)}
    found = conn.cursor(row_factory=dict_row).execute(sql("operations.release"), asked).fetchone()
    if found is None:
        raise NotFound(f"Layer {layer!r} has no release {text}.", hint="See: hexwatch runs, hexwatch freshness")
    return found


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text[:40]!r} is neither a release nor a time.", hint="Write 12, or 2024-03-01T00:00:00Z."
        ) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def difference(conn: psycopg.Connection, layer: str, earlier: str, later: str, limit: int) -> dict[str, Any]:
    """What a layer's own dataset said otherwise at two releases; lists of up to `limit`. Raises NotFound."""
    a, b = release_at(conn, layer, earlier), release_at(conn, layer, later)
    for one in (a, b):
        if one["run"] is None or one["run"] < one["remembers_from"]:
            raise NotFound(f"What release {one['number']} of {layer!r} said has expired.")
    asked = {
        "dataset": a["dataset"], "earlier": a["run"], "later": b["run"], "resolution": a["base_resolution"],
        "limit": limit + 1,
    }  # fmt: skip
    cursor = conn.cursor(row_factory=dict_row)
    topic = "changed_tracks" if a["kind"] == "tracks" else "changed_reports"
    records = cursor.execute(sql(f"operations.{topic}"), asked).fetchall()
    cells = cursor.execute(sql("operations.changed_cells"), asked).fetchall()
    return {
        "layer": layer,
        "from": a["number"],
        "to": b["number"],
        "counts": dict(sorted(records[0]["counts"].items())) if records else {},
        "records": [{k: v for k, v in r.items() if k != "counts"} for r in records[:limit]],
        "cells": cells[:limit],
        "truncated": len(records) > limit or len(cells) > limit,
    }
