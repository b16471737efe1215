"""Run by alembic: one connection, one lock, one transaction a step, and no edited history."""

from __future__ import annotations

import hashlib
from importlib import resources

import psycopg
from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

from hexwatch_schemas.errors import StoreError

# Any constant will do; two migrators must merely use the same one.
LOCK = 0x4845_5857


def _checksums() -> dict[str, str]:
    folder = resources.files("hexwatch_schemas.migrations").joinpath("versions")
    files = (f for f in folder.iterdir() if f.name.endswith(".sql"))
    return {f.name.removesuffix(".sql"): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def _refuse_edited_history(connection: Connection) -> None:
    connection.execute(
        text("create table if not exists public.hexwatch_migration_file (name text primary key, sha256 text not null)")
    )
    ours = _checksums()
    for name, applied in connection.execute(text("select name, sha256 from public.hexwatch_migration_file")):
        if ours.get(name) not in (None, applied):
            raise StoreError(
                f"Migration {name} was edited after it had been applied to this database.",
                hint="Restore the file and put the change into a new migration.",
            )


def _remember(connection: Connection) -> None:
    insert = text("insert into public.hexwatch_migration_file values (:name, :sha256) on conflict do nothing")
    for name, sha256 in sorted(_checksums().items()):
        connection.execute(insert, {"name": name, "sha256": sha256})


def _run() -> None:
    dsn = context.config.attributes["dsn"]
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
        # A migration that waits for a lock makes every reader behind it wait too: rather fail, and be run again.
        connection.execute(text("set lock_timeout = '10s'; set statement_timeout = '30min'"))
        connection.commit()
        _refuse_edited_history(connection)
        connection.commit()  # alembic would take a transaction that is open for the one around all steps
        context.configure(connection=connection, version_table="hexwatch_migration", transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        _remember(connection)
        connection.commit()


_run()
