"""What expired, with proof of what went."""

from hexwatch_schemas.migrations.run import run_file

revision = "0018_retention"
down_revision = "0017_hold"


def upgrade() -> None:
    run_file(revision)
