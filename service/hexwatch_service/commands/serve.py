"""`hexwatch serve`: the service on this machine."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from hexwatch_schemas.errors import HexwatchError
from hexwatch_schemas.settings import settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1, this machine only.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; default 8080; 0 takes a free one.")] = None,
) -> None:
    """Serve the published layers: map, tiles, styles, legends. Ends with Ctrl-C.

    Prints one line with the address once it answers.
    """
    import uvicorn  # noqa: PLC0415 (--help should not wait for it)

    from ..app import create_app  # noqa: PLC0415

    said = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    chosen = settings().model_copy(update=said)
    listening = _listen(chosen.host, chosen.port)
    chosen = chosen.model_copy(update={"port": listening.getsockname()[1]})
    config = uvicorn.Config(create_app(chosen), log_level="warning", server_header=False, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    typer.echo(f"Hexwatch serves {chosen.origin}/map", err=True)
    server.run(sockets=[listening])
    if not server.started:
        raise HexwatchError("The service did not start; the reason stands above.")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise HexwatchError(f"Cannot listen on {host}:{port}: {error.strerror}.", hint="Choose another with --port, or --port 0.") from None
