"""`hexwatch serve`: the service on this machine."""

from __future__ import annotations

import os
import tempfile
from typing import Annotated

import typer

from hexwatch_schemas.logs import configure
from hexwatch_schemas.settings import settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; default 127.0.0.1, this machine only.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; default 8080; 0 takes a free one.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that answer; default: one a core, 4 at most.")
    ] = None,
) -> None:
    """Serve the published layers: map, tiles, styles, legends. Ends with Ctrl-C.

    Prints one line with the address once it answers.
    """
    said = {k: v for k, v in (("host", host), ("port", port), ("workers", workers)) if v is not None}
    chosen = settings().model_copy(update=said)
    with tempfile.TemporaryDirectory(prefix="hexwatch-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # workers add up there; looked for when the library is imported
        from .. import server  # noqa: PLC0415 (--help should not wait for it)

        configure(chosen.log_format or "text")

        server.serve(chosen, lambda address: typer.echo(f"Hexwatch serves {address}/map", err=True))
