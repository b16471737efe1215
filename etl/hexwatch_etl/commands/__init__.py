"""Commands of the loading half, one file each: adding a file to this folder adds a command."""

from __future__ import annotations

import typer

from hexwatch_schemas.cli import register_folder


def register(app: typer.Typer) -> None:
    """Add every command of this folder."""
    register_folder(app, __name__, __path__)
