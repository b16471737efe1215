"""Time in filters: instants and intervals, and how two of them stand to each other (OGC 21-065r2, 7.7; Allen 1983)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from psycopg import sql

from hexwatch_schemas.errors import UsageError

from ..property import moment as read

# Of the interval a..b to c..d; of an instant both ends are the same.
RELATIONS: Mapping[str, sql.SQL] = {
    "t_after": sql.SQL("({a} > {d})"),
    "t_before": sql.SQL("({b} < {c})"),
    "t_contains": sql.SQL("({a} < {c} and {b} > {d})"),
    "t_disjoint": sql.SQL("({b} < {c} or {a} > {d})"),
    "t_during": sql.SQL("({a} > {c} and {b} < {d})"),
    "t_equals": sql.SQL("({a} = {c} and {b} = {d})"),
    "t_finishedby": sql.SQL("({a} < {c} and {b} = {d})"),
    "t_finishes": sql.SQL("({a} > {c} and {b} = {d})"),
    "t_intersects": sql.SQL("({a} <= {d} and {b} >= {c})"),
    "t_meets": sql.SQL("({b} = {c})"),
    "t_metby": sql.SQL("({a} = {d})"),
    "t_overlappedby": sql.SQL("({a} > {c} and {a} < {d} and {b} > {d})"),
    "t_overlaps": sql.SQL("({a} < {c} and {b} > {c} and {b} < {d})"),
    "t_startedby": sql.SQL("({a} = {c} and {b} > {d})"),
    "t_starts": sql.SQL("({a} = {c} and {b} < {d})"),
}


def moment(text: str) -> datetime:
    """A date (its first moment, UTC) or timestamp of a filter. Raises UsageError."""
    try:
        return read(text)
    except ValueError:
        raise UsageError(f"filter: {text[:40]!r} is no date or timestamp.", hint="Write 2024-01-31.") from None
