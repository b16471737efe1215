"""What each publish added is told to services that hold the release before."""

from hexwatch_schemas.migrations.run import run_file

revision = "0010_additions"
down_revision = "0009_swap"


def upgrade() -> None:
    run_file(revision)
