"""Changes of access are made in one transaction, in the name of a person."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer

from ..queries import query

By = Annotated[str | None, typer.Option(help="Who says so, for the audit; unset: the user who runs this.")]


@contextmanager
def acting(dsn: str, by: str | None) -> Iterator[psycopg.Connection]:
    """A transaction whose changes the audit notes under this name."""
    with psycopg.connect(dsn) as conn:
        conn.execute(query("access.actor"), {"actor": by or getpass.getuser()})
        yield conn
