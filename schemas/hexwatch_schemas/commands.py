"""`hexwatch migrate`: bring a named database to this version's schema."""

from __future__ import annotations

import typer

from .migrate import head, upgrade
from .settings import settings
from .store import open_store


def register(app: typer.Typer) -> None:
    """Add the commands that need neither half."""
    app.command()(migrate)


def migrate() -> None:
    """Bring the database to this version's schema. Safe to repeat; two at once wait for each other."""
    with open_store(settings()) as store:
        upgrade(store.admin_dsn)
    typer.echo(f"The database stands at {head()}.")
