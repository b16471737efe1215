"""An approval is of the inputs that its person knew."""

from hexwatch_schemas.migrations.run import run_file

revision = "0016_approvals"
down_revision = "0015_audit"


def upgrade() -> None:
    run_file(revision)
