"""The audit: grants, and reads of what is not public."""

from hexwatch_schemas.migrations.run import run_file

revision = "0015_audit"
down_revision = "0014_access"


def upgrade() -> None:
    run_file(revision)
