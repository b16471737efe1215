"""What an operator asks for: schedules, windows, the moments of releases, and what may be told of runs."""

from hexwatch_schemas.migrations.run import run_file

revision = "0011_operations"
down_revision = "0010_additions"


def upgrade() -> None:
    run_file(revision)
