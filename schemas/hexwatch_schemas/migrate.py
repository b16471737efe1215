"""Bring a database to the schema of this version (alembic, running the numbered SQL files)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from .errors import StoreError
from .settings import Settings
from .store import Store, open_store


def _config(dsn: str) -> Config:
    config = Config()
    config.set_main_option("script_location", "hexwatch_schemas:migrations")
    config.attributes["dsn"] = dsn
    return config


def head() -> str:
    """The newest revision that this code knows."""
    revision = ScriptDirectory.from_config(_config("")).get_current_head()
    assert revision is not None, "the package ships its migrations"
    return revision


def upgrade(dsn: str) -> None:
    """Apply what is missing; two at once wait for each other (advisory lock). Raises StoreError."""
    try:
        command.upgrade(_config(dsn), "head")
    except psycopg.OperationalError as error:
        raise StoreError(f"The database does not answer: {error}", hint="Check HEXWATCH_DATABASE_URL.") from error


def current(conn: psycopg.Connection) -> str | None:
    """The revision a database stands at; None where Hexwatch never was."""
    row = conn.execute("select to_regclass('public.hexwatch_migration')").fetchone()
    if row is None or row[0] is None:
        return None
    found = conn.execute("select version_num from public.hexwatch_migration").fetchone()
    return found[0] if found else None


def check(conn: psycopg.Connection) -> None:
    """Raise StoreError unless the database stands at this version's schema."""
    at = current(conn)
    if at != head():
        raise StoreError(
            f"The database stands at {at or 'no Hexwatch schema'}, this version needs {head()}.",
            hint="Run: hexwatch migrate",
        )


@contextmanager
def prepared_store(settings: Settings) -> Iterator[Store]:
    """The store, at this version's schema: who opens a private cluster migrates it, a named database only a command."""
    with open_store(settings) as store:
        with psycopg.connect(store.admin_dsn) as conn:
            behind = current(conn) != head()
            if behind and settings.database_url is not None:
                check(conn)
        if behind:
            upgrade(store.admin_dsn)
        yield store
