"""Who may see what: classification, clearances, keys."""

from hexwatch_schemas.migrations.run import run_file

revision = "0014_access"
down_revision = "0013_jobs"


def upgrade() -> None:
    run_file(revision)
