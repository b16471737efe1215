"""The private PostGIS cluster: shared by whoever uses it, stopped when the last one leaves."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from hexwatch_schemas.errors import ClusterError
from hexwatch_schemas.postmaster import LOGIN, Postmaster
from hexwatch_schemas.settings import Settings

DATABASE = "hexwatch"

TUNING: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    # Short queries only: compiling them would cost more than running them.
    "jit": "off",
    # Nobody replicates from a private cluster, so a bulk load into a new partition need not be logged.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
}
"""Settings for a small server that shares its machine with the loads and the service."""


class PrivateCluster:
    """A PostGIS server in `settings.cluster_folder` that runs as long as at least one process uses it.

    Every user holds a shared flock. Who leaves last stops the server; one that outlived its users (kill -9) is adopted.
    It listens on no network address. Its only door is a Unix socket in a folder of mode 0700: the file system decides
    who comes in, and PostgreSQL's `trust` says so (chapter "Trust Authentication" of its manual).
    Raises ClusterError when there is no PostGIS here or the server does not start.
    """

    def __init__(self, settings: Settings, tuning: Mapping[str, str] = TUNING) -> None:
        """`tuning` holds server settings by name; where the server listens is not for them to say."""
        self._home = settings.data_folder
        self._server = Postmaster(settings.cluster_folder, settings.socket_folder, tuning)
        self._share: IO[bytes] | None = None

    def dsn(self, login: str = LOGIN, database: str = DATABASE) -> str:
        """The libpq connection string of `database` for its owner, or for a login that may less."""
        return make_conninfo(host=str(self._server.sockets), port=5432, user=login, dbname=database)

    def __enter__(self) -> Self:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            with self._gate():
                self._join()
        except PermissionError as error:
            raise ClusterError(
                f"{error.filename} belongs to another user.",
                hint="Run as that user, or set HEXWATCH_DATA_FOLDER to a folder of your own.",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._gate():
            self._leave()

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """One process at a time decides to start or to stop."""
        with _open_lock(self._home / "cluster.gate") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _join(self) -> None:
        self._share = _open_lock(self._home / "cluster.users")
        try:
            if not self._server.pid():
                self._server.start()
            elif _is_alone(self._share) and not self._answers():
                # An orphan that cannot be reached, because its folder was moved or it is ending.
                self._server.stop()
                self._server.start()
            fcntl.flock(self._share, fcntl.LOCK_SH)
            self._ensure_database()
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        share, self._share = self._share, None
        if share is None:
            return
        with share:
            if _is_alone(share):
                self._server.stop()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(database="postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _ensure_database(self) -> None:
        try:
            with psycopg.connect(self.dsn(database="postgres"), autocommit=True) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg.OperationalError as error:
            raise ClusterError(f"The private cluster in {self._server.folder} runs but refuses us: {error}") from error


def _open_lock(path: Path) -> IO[bytes]:
    return path.open("ab")


def _is_alone(share: IO[bytes]) -> bool:
    """Whether nobody else holds the lock; an answer that only lasts while the caller holds the gate."""
    try:
        fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
