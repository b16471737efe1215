"""Where the data lives: the database that was named, or else the private cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.errors import StoreError
from hexwatch_schemas.settings import Settings

READER = "hexwatch_reader"
"""The role that may only read; the service acts as it on every connection."""


@dataclass(frozen=True)
class Store:
    """Connection strings of one database: to migrate and load, and to read only."""

    admin_dsn: str = field(repr=False)
    reader_dsn: str = field(repr=False)


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store for as long as the block lasts; starts the private cluster when no database is named.

    Raises ClusterError when that cluster cannot start and StoreError when a named connection is malformed.
    """
    if settings.database_url is None:
        with PrivateCluster(settings) as cluster:
            yield Store(cluster.dsn(), cluster.dsn(role=READER))
        return
    admin = settings.database_url.get_secret_value()
    reader = settings.reader_url.get_secret_value() if settings.reader_url else as_role(admin, READER)
    yield Store(admin, reader)


def as_role(dsn: str, role: str) -> str:
    """`dsn` with `role` taken at the start of every session; options that it already has are kept."""
    try:
        options = conninfo_to_dict(dsn).get("options")
    except psycopg.ProgrammingError as error:
        raise StoreError(
            "HEXWATCH_DATABASE_URL is not a PostgreSQL connection string.",
            hint="Write it like postgresql://user:password@host:5432/database.",
        ) from error
    return make_conninfo(dsn, options=" ".join(filter(None, [str(options or ""), f"-c role={role}"])))
