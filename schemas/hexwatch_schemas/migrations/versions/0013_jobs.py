"""Jobs of `hexwatch worker`: procrastinate's own schema, as its package has it, in a schema of its own."""

from alembic import op

from hexwatch_schemas.migrations.run import run_file

revision = "0013_jobs"
down_revision = "0012_population"


def upgrade() -> None:
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 (every command reads this folder's heads)

    driver = op.get_bind().connection.driver_connection
    assert driver is not None, "a migration runs on a connection"
    driver.execute("create schema hexwatch_jobs")
    driver.execute("set local search_path = hexwatch_jobs, public")
    driver.execute(SchemaManager.get_schema())
    driver.execute("set local search_path to default")
    run_file(revision)
