"""Run one numbered SQL file inside the migration's transaction."""

from __future__ import annotations

from importlib import resources

from alembic import op


def run_file(revision: str) -> None:
    """Execute `versions/<revision>.sql` as it stands: alembic would take its colons for parameters."""
    sql = resources.files("hexwatch_schemas.migrations").joinpath("versions", f"{revision}.sql").read_text("utf-8")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None, "a migration runs on a connection"
    driver.execute(sql)
