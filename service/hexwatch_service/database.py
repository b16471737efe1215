"""The service's way to the database: read-only, bounded in number and time, back by itself after an outage."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import AsyncConnection
from psycopg import sql as sql_text
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from hexwatch_schemas.errors import HexwatchError, StoreError
from hexwatch_schemas.queries import query

log = logging.getLogger(__name__)

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]
CHANNEL: LiteralString = "hexwatch_release"
WAIT = 2.0  # seconds for a connection
PATIENCE = 5.0  # seconds for a database that begins anew
ATTEMPTS = 3  # a question that ends its session each time is not asked for ever
ENDED = ("08", "57P")  # classes of errors that end a session: connection exception, operator intervention


# A host that vanished without a word is noticed after 25 s: who only listens would else wait for ever. (libpq, 34.1.2)
_ALIVE = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def sql(name: str) -> LiteralString:
    """The statement `topic.name` of this package's `sql/topic.sql`."""
    return query(name, "hexwatch_service")


def bounded(dsn: str, seconds: float) -> str:
    """`dsn` whose sessions can only read, and give up in time."""
    limits = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{int(seconds * 1000)}",
        "lock_timeout": "1000",
        "idle_in_transaction_session_timeout": "10000",
        "application_name": "hexwatch_serve",
    }
    said = conninfo_to_dict(dsn).get("options")
    options = " ".join([*([str(said)] if said else []), *(f"-c {k}={v}" for k, v in limits.items())])
    return make_conninfo(dsn, options=options, **_ALIVE)


class Unavailable(StoreError):
    """The database does not answer in time."""


class Database:
    """A pool of connections; every query is one short read, asked again where its connection was lost."""

    def __init__(self, dsn: str, *, size: int, seconds: float, least: int = 1) -> None:
        """`least` connections stay open: of a pool that is seldom asked, none."""
        self._dsn = bounded(dsn, seconds)
        # Between two attempts the pool waits twice as long each time: one that gives up soon begins anew, with the next
        # who asks, however long the database was away.
        self._pool = Pool(
            self._dsn, min_size=least, max_size=size, timeout=WAIT, max_waiting=0, reconnect_timeout=WAIT, open=False,
            kwargs={"autocommit": True, "row_factory": dict_row}, check=self._check,
        )  # fmt: skip
        self.lost: float | None = None  # since when (time.monotonic) nobody tells of releases
        # The pool's own limit on waiters stops it from ever coming back after a long outage; this one does not.
        self._places = asyncio.Semaphore(size * 8)
        self._broke = -PATIENCE  # when (time.monotonic) a connection was last found broken

    async def open(self) -> None:
        """Connect; raises Unavailable where there is no database within 30 s."""
        try:
            await self._pool.open(wait=True, timeout=30)
        except PoolTimeout as error:
            raise Unavailable("The database does not answer.", hint="Is it running?") from error

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()

    async def fetch(self, statement: Any, params: Mapping[str, Any]) -> list[DictRow]:
        """All rows of a read. Raises Unavailable where the database is away, busy, or takes too long."""
        if self._places.locked():
            raise Unavailable("The database is busy.", hint="Try again in a moment.")
        async with self._places:
            began, asked = time.monotonic(), 0
            while True:
                asked += 1
                try:
                    return await self._rows(statement, params)
                except psycopg.OperationalError as error:
                    if not self._is_lost(error) or asked > ATTEMPTS or time.monotonic() - began > PATIENCE:
                        raise Unavailable(
                            "The database does not answer in time.", hint="Try again in a moment."
                        ) from error

    async def _rows(self, statement: Any, params: Mapping[str, Any]) -> list[DictRow]:
        async with self._pool.connection() as conn:
            return await (await conn.execute(statement, params)).fetchall()

    async def _check(self, conn: AsyncConnection[DictRow]) -> None:
        try:
            await Pool.check_connection(conn)
        except psycopg.OperationalError:
            self._broke = time.monotonic()
            raise

    def _is_lost(self, error: psycopg.OperationalError) -> bool:
        """Whether a connection ended, and not what was asked: a read is then asked again."""
        now = time.monotonic()
        if isinstance(error, PoolTimeout):
            return now - self._broke < PATIENCE
        if error.sqlstate is None or error.sqlstate.startswith(ENDED):
            self._broke = now
            return True
        return False

    async def listen(self, heard: Callable[[], Awaitable[None]]) -> None:
        """Call `heard` now, after every release, and after every reconnection for what was missed. Never returns."""
        while True:
            try:
                async with await AsyncConnection.connect(self._dsn, autocommit=True) as conn:
                    await conn.execute(f"listen {CHANNEL}")
                    await heard()
                    self.lost = None
                    async for _ in conn.notifies():
                        await heard()
            except (psycopg.OperationalError, HexwatchError) as error:
                self.lost = self.lost or time.monotonic()
                log.warning("lost the database's notifications: %s", error)
            await asyncio.sleep(1)  # an outage has no event to wait for

    async def watch(self, channel: LiteralString, heard: Callable[[], Awaitable[None]], every: float) -> None:
        """Call `heard` at once when a channel speaks, and every so many seconds: silence might be a lost line."""
        while True:
            try:
                async with await AsyncConnection.connect(self._dsn, autocommit=True) as conn:
                    await conn.execute(sql_text.SQL("listen {}").format(sql_text.Identifier(channel)))
                    while True:
                        await heard()
                        async for _ in conn.notifies(timeout=every, stop_after=1):
                            pass
            except (psycopg.OperationalError, HexwatchError) as error:
                log.warning("lost the channel %s: %s", channel, error)
            await asyncio.sleep(1)
