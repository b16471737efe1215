"""Who holds a dataset is known from the first moment of a load on."""

from hexwatch_schemas.migrations.run import run_file

revision = "0016_hold"
down_revision = "0015_audit"


def upgrade() -> None:
    run_file(revision)
