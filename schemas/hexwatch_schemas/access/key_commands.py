"""`hexwatch key`: who may come in, with what, and until when."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import dict_row

from ..errors import UsageError
from ..migrate import prepared_store
from ..queries import query
from ..settings import settings
from ..words import Audience
from . import addresses
from .acting import By, acting
from .keys import mint

app = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke, and sign addresses with them.")

Name = Annotated[str, typer.Argument(help="Name of the key: whose it is, and for what.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


@app.command()
def create(
    name: Name,
    clearance: Annotated[Audience, typer.Option(help="What it opens at most.")],
    layer: Annotated[
        list[str] | None, typer.Option(help="Only these layers beyond public ones; may be said repeatedly.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=730, help="Days for which it works.")] = 90,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make a key. It is shown once; only its hash is kept.

    Exit codes: 0 done, 1 failed, 2 wrong use.
    """
    made = mint()
    with prepared_store(settings()) as store, acting(store.admin_dsn, by) as conn:
        unknown = conn.execute(query("access.unknown_layers"), {"names": layer or []}).fetchall()
        if unknown:
            raise UsageError(f"There is no layer {', '.join(n for (n,) in unknown)}.")
        row = conn.execute(
            query("access.add_key"),
            {"id": made.id, "name": name, "hash": made.hash, "clearance": clearance, "layers": layer, "days": days},
        ).fetchone()
        if row is None:
            raise UsageError(
                f"There is a key {name!r} already.", hint="Choose another name; names are kept for the audit."
            )
    told = {"name": name, "key": made.text, "expires_at": row[0].isoformat()}
    typer.echo(
        json.dumps(told) if as_json else f"{made.text}\nWorks until {row[0]:%Y-%m-%d %H:%M %Z}. Not shown again."
    )


@app.command("list")
def list_keys(as_json: Json = False) -> None:
    """Show all keys, never their secrets.

    Exit codes: 0 done, 1 failed.
    """
    with prepared_store(settings()) as store, psycopg.connect(store.admin_dsn) as conn:
        rows = _keys(conn)
    typer.echo(json.dumps(rows, default=str) if as_json else "\n".join(map(_line, rows)) or "There are no keys.")


def _keys(conn: psycopg.Connection) -> list[dict[str, Any]]:
    return conn.cursor(row_factory=dict_row).execute(query("access.keys")).fetchall()


def _line(row: dict[str, Any]) -> str:
    state = "works" if row["works"] else "revoked" if row["revoked_at"] else "expired"
    scope = ", ".join(row["layers"] or ["all layers"])
    return f"{row['name']}: {row['clearance']}, {scope}, {state}, until {row['expires_at']:%Y-%m-%d} ({row['id']})"


@app.command()
def revoke(name: Name, by: By = None) -> None:
    """End a key, and every address signed with it; running services follow at once.

    Exit codes: 0 done, 1 failed, 2 no such key.
    """
    with prepared_store(settings()) as store, acting(store.admin_dsn, by) as conn:
        if not conn.execute(query("access.revoke_key"), {"name": name}).rowcount:
            raise UsageError(f"There is no key {name!r} that works.", hint="hexwatch key list shows all.")
    typer.echo(f"{name}: revoked.")


@app.command()
def sign(
    name: Name,
    layer: Annotated[list[str], typer.Option(help="Layers that it opens; may be said repeatedly.")],
    hours: Annotated[float, typer.Option(min=0.01, max=168, help="Hours for which it works.")] = 24,
    by: By = None,
) -> None:
    """Sign an address for clients that can send no headers: all links below it carry the signature on.

    It opens the named layers, as far as the key does, and ends with the key. HEXWATCH_SECRET must be the service's.

    Exit codes: 0 done, 1 failed, 2 wrong use.
    """
    secret = settings().signing_secret
    if secret is None:
        raise UsageError("No secret is set to sign with.", hint="Set HEXWATCH_SECRET or HEXWATCH_SECRET_FILE.")
    with prepared_store(settings()) as store, acting(store.admin_dsn, by) as conn:
        key = _working(conn, name)
        token = addresses.sign(secret, key["id"], Audience(key["clearance"]), tuple(layer), timedelta(hours=hours))
        told = {"actor": by or name, "action": "sign address", "subject": name, "detail": json.dumps({"layers": layer})}
        conn.execute(query("access.note"), told)
    typer.echo(f"{settings().origin}/t/{token}/")


def _working(conn: psycopg.Connection, name: str) -> dict[str, Any]:
    for row in _keys(conn):
        if row["name"] == name and row["works"]:
            return row
    raise UsageError(f"There is no key {name!r} that works.", hint="hexwatch key list shows all.")
