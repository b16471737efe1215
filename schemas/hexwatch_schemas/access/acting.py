"""Changes of access are made in the name of a person, which the audit notes."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer

from ..queries import query

By = Annotated[str | None, typer.Option(help="Who says so, for the audit; unset: the user who runs this.")]


def act_as(conn: psycopg.Connection, by: str | None = None) -> None:
    """What this session changes is noted under this name; None: that of the user who runs this."""
    conn.execute(query("access.actor"), {"actor": by or _user()})


@contextmanager
def acting(dsn: str, by: str | None) -> Iterator[psycopg.Connection]:
    """A transaction whose changes the audit notes under this name."""
    with psycopg.connect(dsn) as conn:
        act_as(conn, by)
        yield conn


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in containers
        return f"user {os.getuid()}"
