"""What expired, with proof of what went."""

from hexwatch_schemas.migrations.run import run_file

revision = "0015_retention"
down_revision = "0014_hold"


def upgrade() -> None:
    run_file(revision)
