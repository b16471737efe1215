"""`hexwatch audit`: what was granted, who read what is not public, and whether the record of it is whole."""

from __future__ import annotations

import json
from typing import Annotated

import psycopg
import typer
from psycopg.rows import dict_row

from ..errors import HexwatchError
from ..migrate import prepared_store
from ..queries import query
from ..settings import settings

app = typer.Typer(no_args_is_help=True, help="The audit: grants, and reads of what is not public.")


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="Hash that an earlier verify printed: is the record up to there still the same?")
    ] = None,
) -> None:
    """Recompute the chain of hashes; print how long it is and its newest hash, to be kept elsewhere.

    Exit codes: 0 whole, 1 changed, or without the entry of --head.
    """
    with prepared_store(settings()) as store, psycopg.connect(store.admin_dsn) as conn:
        broken = [row[0] for row in conn.execute(query("access.broken")).fetchmany(5)]
        if broken:
            raise HexwatchError(f"The audit was changed at entry {', '.join(map(str, broken))}.")
        known = conn.execute(query("access.holds"), {"hash": head}).fetchone() if head else (True,)
        if not (known and known[0]):
            raise HexwatchError("The audit lacks the entry of that hash: its end was cut off.")
        last = conn.execute(query("access.head")).fetchone()
    typer.echo(f"{last[0]} entries, whole. Newest: {last[1]}" if last else "Nothing was noted yet.")


@app.command()
def show(
    subject: Annotated[str | None, typer.Option(help="Only of this layer, dataset or key.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Show entries, newest first.

    Exit codes: 0 done, 1 failed.
    """
    with prepared_store(settings()) as store, psycopg.connect(store.admin_dsn) as conn:
        asked = {"subject": subject, "limit": limit}
        rows = conn.cursor(row_factory=dict_row).execute(query("access.entries"), asked).fetchall()
    if as_json:
        typer.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        detail = ", ".join(f"{k} {v}" for k, v in row["detail"].items() if v is not None)
        typer.echo(f"{row['at']:%Y-%m-%d %H:%M:%S} {row['actor']}: {row['action']} {row['subject']} ({detail})")
