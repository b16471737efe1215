"""Tracks by local day."""

from hexwatch_schemas.migrations.run import run_file

revision = "0002_tracks"
down_revision = "0001_foundation"


def upgrade() -> None:
    run_file(revision)
