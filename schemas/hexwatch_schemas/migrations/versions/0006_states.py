"""Layers over several datasets: what is shown, where somebody looked, where nobody could, what is required."""

from hexwatch_schemas.migrations.run import run_file

revision = "0006_states"
down_revision = "0005_lake"


def upgrade() -> None:
    run_file(revision)
