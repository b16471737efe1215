"""The one command, `hexwatch`: its parts are found by entry points, so that loads and service stay apart."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import NoReturn

import psycopg
import typer

from .errors import HexwatchError, StoreError

app = typer.Typer(
    name="hexwatch",
    help="Incidents and patrols on one honest hexagon grid, served to any map client.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def load_commands() -> typer.Typer:
    """The command with all its parts, in the order a person meets them."""
    for part in sorted(entry_points(group="hexwatch.commands"), key=lambda p: p.name):
        part.load()(app)
    return app


def register_folder(parent: typer.Typer, package: str, path: Iterable[str]) -> None:
    """Add the commands of every module in a package, by name."""
    for module in sorted(iter_modules(path), key=lambda found: found.name):
        import_module(f"{package}.{module.name}").register(parent)


def say_error(error: HexwatchError) -> None:
    """Error to stderr: a sentence for a person, or one JSON line where `--json` was asked for."""
    if "--json" in sys.argv:
        body = {"error": type(error).__name__, "message": error.message, "hint": error.hint, **error.data}
        typer.echo(json.dumps(body, default=str), err=True)
        return
    typer.secho(f"Error: {error.message}", fg="red", err=True)
    if error.hint:
        typer.echo(error.hint, err=True)


def main() -> None:
    """Run the command; every HexwatchError becomes its exit code."""
    try:
        if os.environ.get("HEXWATCH_LOG_FORMAT"):
            _log()
        load_commands()()
    except HexwatchError as error:
        _end(error)
    except psycopg.OperationalError as error:
        reason = str(error).splitlines()[0]
        _end(
            StoreError(
                f"The database does not answer: {reason}", hint="Nothing was published; run it again once it is back."
            )
        )


def _log() -> None:
    from .logs import configure  # noqa: PLC0415 (few ask for it, and --help should not wait)
    from .settings import settings  # noqa: PLC0415

    configure(settings().log_format or "text")


def _end(error: HexwatchError) -> NoReturn:
    say_error(error)
    raise SystemExit(int(error.exit_code)) from None
