"""Where the data lives: the database that was named, or else the private cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.errors import StoreError
from hexwatch_schemas.settings import Settings
from hexwatch_schemas.words import Audience

READER = "hexwatch_reader"
"""The login that may only read, and only what is published; the service is it wherever no other is named."""

CLEARED = {audience: f"hexwatch_{audience}" for audience in Audience}
"""The login of each clearance, for single records: what it may not see, row security keeps from it."""


@dataclass(frozen=True)
class Store:
    """Connection strings of one database: to migrate and load, to read only, and to read records by clearance."""

    admin_dsn: str = field(repr=False)
    reader_dsn: str = field(repr=False)
    cleared_dsns: Mapping[Audience, str] = field(repr=False)


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store for as long as the block lasts; starts the private cluster when no database is named.

    Raises ClusterError when that cluster cannot start and StoreError when a named connection is malformed.
    """
    if settings.database_url is None:
        with PrivateCluster(settings) as cluster:
            yield Store(cluster.dsn(), cluster.dsn(READER), {a: cluster.dsn(login) for a, login in CLEARED.items()})
        return
    admin = settings.database_url.get_secret_value()
    said = {
        READER: settings.reader_url,
        CLEARED[Audience.PUBLIC]: settings.public_url,
        CLEARED[Audience.RESTRICTED]: settings.restricted_url,
        CLEARED[Audience.CONFIDENTIAL]: settings.confidential_url,
    }
    found = {login: url.get_secret_value() if url else as_role(admin, login) for login, url in said.items()}
    yield Store(admin, found[READER], {audience: found[login] for audience, login in CLEARED.items()})


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
