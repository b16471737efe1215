"""`hexwatch layer`: a layer over several datasets."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from ..asking import connected


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(layer)


def layer(
    name: Annotated[str, typer.Argument(help="Name of the layer; it stands in addresses.")],
    shown: Annotated[str, typer.Option("--of", help="Dataset whose numbers are shown.")],
    effort: Annotated[
        str | None, typer.Option(help="Dataset that says where somebody looked; may be the same.")
    ] = None,
    access: Annotated[
        str | None, typer.Option(help="Dataset whose reports say where nobody could go; or DATASET:CATEGORY,….")
    ] = None,
    required: Annotated[
        str | None, typer.Option(help="Areas that should be visited; or DATASET:KEY,… for some of them.")
    ] = None,
    population: Annotated[
        str | None, typer.Option(help="Dataset of a raster of people: shows incidents per 100,000.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title; that of the dataset shown, unless said.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON on stdout.")] = False,
) -> None:
    """Declare a layer whose hexagons also say whether they were visited, or how much happened for those who live there.

    Its release is renewed whenever one of its datasets is loaded. The required cells are those of the areas as they
    are now: after loading areas anew, say the same again.

    Exit codes: 0 done, 1 failed, 2 wrong use, 75 a load of the dataset shown is under way.
    """
    from ..layers import Chosen, LayerRequest, compose  # noqa: PLC0415 (shapely takes a second; --help should not)

    parts = [Chosen.parse(text) if text else None for text in (access, required)]
    with connected() as conn:
        made = compose(conn, LayerRequest(name, shown, effort, *parts, population=population, title=title))
    if as_json:
        typer.echo(json.dumps(asdict(made)))
        return
    typer.echo(
        f"{name}: release {made.release} at resolution {made.resolution}, {made.required_cells:,} cells required."
    )
    state = ", and the state of each hexagon" if effort else ""
    typer.echo(f"Shows {', '.join(made.indicators)}{state}.")
