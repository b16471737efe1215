"""A layer may know how many people live in its hexagons, from a raster of them."""

from hexwatch_schemas.migrations.run import run_file

revision = "0012_population"
down_revision = "0011_operations"


def upgrade() -> None:
    run_file(revision)
