"""`hexwatch classify` and `hexwatch release-to`: who may see a dataset, a layer, or a derivative of either."""

from __future__ import annotations

from typing import Annotated

import psycopg
import typer

from ..errors import UsageError
from ..migrate import prepared_store
from ..queries import query
from ..settings import settings
from ..words import Audience
from .acting import By, acting

Name = Annotated[str, typer.Argument(help="Name of a dataset, or of a layer over several.")]


def classify(
    name: Name,
    audience: Annotated[Audience, typer.Option(help="Who may see what is made of it.")],
    records: Annotated[
        Audience | None, typer.Option(help="Who may read single records, where that is narrower.")
    ] = None,
    finest: Annotated[
        int | None, typer.Option("--finest-resolution", min=1, max=15, help="Finest cells that this audience sees.")
    ] = None,
    delay: Annotated[int | None, typer.Option(min=1, help="Days for which this audience waits for news.")] = None,
    by: By = None,
) -> None:
    """Say who may see a dataset, a raster, or a layer; a running service follows at once.

    Layers take the strictest audience of all datasets that they depend on. With a finest resolution or a delay this
    audience, and every wider one, sees less and reads no single records; narrower ones see all. What was said of it
    before is replaced.

    Exit codes: 0 done, 1 failed, 2 wrong use.
    """
    with prepared_store(settings()) as store, acting(store.admin_dsn, by) as conn:
        dataset, layer = _what(conn, name)
        if dataset is None and (records or finest or delay):
            raise UsageError(f"{name!r} is a layer over several datasets.", hint="Limit its datasets instead.")
        told = {"dataset": dataset, "layer": layer, "audience": audience, "records": records}
        conn.execute(query("access.classify_dataset" if dataset else "access.classify_layer"), told)
        if dataset:
            conn.execute(query("access.forget_limits"), told)
        if finest or delay:
            conn.execute(query("access.limit"), {**told, "finest": finest, "delay": delay})
        typer.echo(_served(conn, name))


def release_to(
    layer: Annotated[str, typer.Argument(help="Name of a layer.")],
    audience: Annotated[Audience, typer.Argument(help="Who may see it from now on.")],
    by: Annotated[str, typer.Option(help="Name of the person who approves it.")],
    why: Annotated[str, typer.Option(help="Why it may be seen although its inputs may not.")],
) -> None:
    """Let a layer be seen by more people than the data it is made of: sums over hexagons, not records.

    A person answers for it by name. It ends by itself where an input becomes stricter than it was, where the layer gets
    another input, or where it is released to another audience.

    Exit codes: 0 done, 1 failed, 2 wrong use.
    """
    if min(len(by.strip()), len(why.strip())) < 2:
        raise UsageError("Say who approves it and why.", hint="--by 'A. Name' --why 'sums only, no single report'")
    with prepared_store(settings()) as store, acting(store.admin_dsn, by) as conn:
        conn.execute(query("access.withdraw"), {"layer": layer})
        asked = {"layer": layer, "audience": audience, "by": by, "reason": why}
        if conn.execute(query("access.approve"), asked).fetchone() is None:
            raise UsageError(f"There is no classified layer {layer!r}.", hint="hexwatch classify its datasets first.")
        typer.echo(_served(conn, layer))


def _what(conn: psycopg.Connection, name: str) -> tuple[int | None, str | None]:
    dataset, layer = conn.execute(query("access.what"), {"name": name}).fetchone() or (None, None)
    if dataset is None and layer is None:
        raise UsageError(f"There is no dataset or layer {name!r}.", hint="Load it first.")
    return dataset, layer


def _served(conn: psycopg.Connection, name: str) -> str:
    rows = conn.execute(query("access.served_to"), {"name": name}).fetchall()
    lines = [f"{layer}: {audience or 'nobody, until all its datasets are classified'}" for layer, audience in rows]
    return "\n".join(lines) or f"{name}: classified; no layer is made of it yet."
