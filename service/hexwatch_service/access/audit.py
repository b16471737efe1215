"""Reads of what is not public are noted: gathered in memory, written every few seconds, so that no tile waits."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import unquote_plus

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from ..database import Unavailable, sql
from .readers import Reader

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds
MOST = 10_000  # readers and layers between two writings; where more could not be written, nobody reads unnoted
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class Audit:
    """Who read what, how often, since it was last written."""

    def __init__(self, dsn: str) -> None:
        """`dsn`: of the reader, which may add entries and nothing else."""
        self._dsn = dsn
        self._read: Counter[tuple[str, str]] = Counter()
        self._since = datetime.now(UTC)

    def note(self, reader: Reader, path: str, query: bytes, guarded: frozenset[str]) -> None:
        """Note that a reader asked for what is named. Raises Unavailable where the notes cannot be written any more."""
        if len(self._read) >= MOST:
            raise Unavailable("Reads cannot be noted just now.", hint="Try again in a moment.")
        for name in subjects(path, query, guarded):
            self._read[reader.name, name] += 1

    async def keep(self) -> None:
        """Write what was gathered every few seconds. Never returns."""
        while True:
            await asyncio.sleep(EVERY)  # there is no event to wait for: it is gathered meanwhile
            await self.write()

    async def write(self) -> None:
        """Write what was gathered; where the database is away it stays."""
        if not self._read:
            return
        taken, since = self._read, self._since
        self._read, self._since = Counter(), datetime.now(UTC)
        try:
            async with await AsyncConnection.connect(self._dsn, options=self._writing()) as conn:
                rows = [_row(who, what, count, since) for (who, what), count in sorted(taken.items())]
                await conn.cursor().executemany(sql("access.note"), rows)
        except psycopg.Error as error:
            log.warning("reads could not be noted yet: %s", type(error).__name__)
            self._read.update(taken)
            self._since = since

    def _writing(self) -> str:
        said = conninfo_to_dict(self._dsn).get("options")
        return " ".join(
            filter(None, [str(said or ""), "-c default_transaction_read_only=off -c statement_timeout=5000"])
        )


def subjects(path: str, query: bytes, guarded: frozenset[str]) -> set[str]:
    """The guarded names in an address; else what kind of thing was asked for."""
    text = f"{path} {unquote_plus(query.decode('latin-1'))}".lower()
    return {name for name in _NAME.findall(text) if name in guarded} or {"/" + path.split("/")[1][:40]}


def _row(who: str, what: str, count: int, since: datetime) -> dict[str, object]:
    detail = Jsonb({"requests": count, "since": since.isoformat(timespec="seconds")})
    return {"actor": who, "action": "read", "subject": what, "detail": detail}
