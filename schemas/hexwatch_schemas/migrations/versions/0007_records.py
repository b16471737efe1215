"""Single records for clients: reports, days of tracks, areas."""

from hexwatch_schemas.migrations.run import run_file

revision = "0007_records"
down_revision = "0006_states"


def upgrade() -> None:
    run_file(revision)
