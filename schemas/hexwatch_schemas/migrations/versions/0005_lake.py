"""Which files of the lake hold the pings that are believed."""

from hexwatch_schemas.migrations.run import run_file

revision = "0005_lake"
down_revision = "0004_rasters"


def upgrade() -> None:
    run_file(revision)
