"""Catalogue, raw records, hexagon facts, operations."""

from hexwatch_schemas.migrations.run import run_file

revision = "0001_foundation"
down_revision = None


def upgrade() -> None:
    run_file(revision)
