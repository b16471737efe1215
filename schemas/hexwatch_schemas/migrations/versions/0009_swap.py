"""Facts of a bulk load come as a whole new partition."""

from hexwatch_schemas.migrations.run import run_file

revision = "0009_swap"
down_revision = "0008_views"


def upgrade() -> None:
    run_file(revision)
