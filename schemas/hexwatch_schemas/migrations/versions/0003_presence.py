"""Nights, and which track was where: what distinct counts are made of."""

from hexwatch_schemas.migrations.run import run_file

revision = "0003_presence"
down_revision = "0002_tracks"


def upgrade() -> None:
    run_file(revision)
