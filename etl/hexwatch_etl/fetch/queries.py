"""A query of another PostgreSQL database, read only, within its time."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import ClientCursor

from ..project.model import Query
from .fetched import EmptyAnswer, Fetched, UpstreamError, Wanted
from .http import token


def fetch(origin: Query, wanted: Wanted) -> Fetched:
    """The rows of the query as CSV. Raises UpstreamError, EmptyAnswer, and UsageError without a connection string."""
    dsn = token(origin.database_env, needed=True)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    file = wanted.folder / f"{wanted.dataset}.csv"
    limits = f"-c default_transaction_read_only=on -c statement_timeout={int(origin.minutes * 60_000)}"
    try:
        with psycopg.connect(dsn or "", options=limits, cursor_factory=ClientCursor) as conn, file.open("wb") as out:
            statement = _bound(conn, origin.query, wanted)
            with conn.cursor().copy(b"copy (" + statement + b"\n) to stdout (format csv, header)") as copy:
                for part in copy:
                    out.write(part)
    except psycopg.Error as error:
        reason = (error.diag.message_primary or type(error).__name__) if error.diag else type(error).__name__
        raise UpstreamError(f"The database of {origin.database_env} refused: {reason}.") from error
    if not _has_rows(file) and not origin.allow_empty:
        raise EmptyAnswer("The query gave no row: that is not taken for zero.", hint="If it may: allow_empty = true")
    return Fetched((file,)) if _has_rows(file) else Fetched()


def _bound(conn: psycopg.Connection, query: str, wanted: Wanted) -> bytes:
    """The query with its values written in: a COPY takes no parameters."""
    text = query.strip().rstrip(";").encode()
    if wanted.window is None:
        return text
    days = {"first": wanted.window.first, "last": wanted.window.last}
    with ClientCursor(conn) as cursor:
        return cursor.mogrify(text, days).encode()


def _has_rows(file: Path) -> bool:
    with file.open("rb") as opened:
        opened.readline()
        return bool(opened.read(1))
