"""Hexagons as views of the database."""

from hexwatch_schemas.migrations.run import run_file

revision = "0008_views"
down_revision = "0007_records"


def upgrade() -> None:
    run_file(revision)
