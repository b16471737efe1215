"""Commands that need neither half: `hexwatch migrate`, and those of access and audit."""

from __future__ import annotations

import typer

from .access import audit_commands, key_commands
from .access.classify import classify, release_to
from .migrate import head, upgrade
from .settings import settings
from .store import open_store


def register(app: typer.Typer) -> None:
    """Add the commands that need neither half."""
    app.command()(migrate)
    app.command()(classify)
    app.command("release-to")(release_to)
    app.add_typer(key_commands.app, name="key")
    app.add_typer(audit_commands.app, name="audit")


def migrate() -> None:
    """Bring the database to this version's schema. Safe to repeat; two at once wait for each other."""
    with open_store(settings()) as store:
        upgrade(store.admin_dsn)
    typer.echo(f"The database stands at {head()}.")
