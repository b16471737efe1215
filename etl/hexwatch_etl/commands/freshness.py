"""`hexwatch freshness`: how old the numbers of each layer are."""

from __future__ import annotations

from typing import Any

import typer

from ..asking import Json, read, show


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(freshness)


def freshness(as_json: Json = False) -> None:
    """List layers: release, last day of the data, when the source was last read, and which are stale.

    A layer is stale when its dataset was not loaded for longer than its schedule allows (`stale_after`).

    Exit codes: 0 all are fresh, 1 one is stale.
    """
    found = read("operations.freshness")
    show(found, as_json, _line)
    if any(layer["stale"] for layer in found):
        raise typer.Exit(1)


def _line(layer: dict[str, Any]) -> str:
    checked = f"{layer['checked_at']:%Y-%m-%d %H:%M}" if layer["checked_at"] else "never"
    stale = f"  STALE (older than {layer['stale_after']})" if layer["stale"] else ""
    return (
        f"{layer['layer']:<24} release {layer['release']:>4} of {layer['published_at']:%Y-%m-%d %H:%M}  "
        f"through {layer['data_through']}  read {checked}{stale}"
    )
