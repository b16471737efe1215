"""Who holds a dataset is known from the first moment of a load on."""

from hexwatch_schemas.migrations.run import run_file

revision = "0017_hold"
down_revision = "0016_approvals"


def upgrade() -> None:
    run_file(revision)
