"""${message}"""

from hexwatch_schemas.migrations.run import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    run_file(revision)
