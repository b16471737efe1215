"""The register of rasters."""

from hexwatch_schemas.migrations.run import run_file

revision = "0004_rasters"
down_revision = "0003_presence"


def upgrade() -> None:
    run_file(revision)
