"""`hexwatch inspect`: look at a file before it is loaded."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hexwatch_schemas.errors import UsageError

from ..rasters.recognise import is_tiff

if TYPE_CHECKING:
    from hexwatch_etl.inspect import Proposal

_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(inspect)


def inspect(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet, GeoJSON, GeoPackage or Shapefile, or a GeoTIFF.")],
    mapping: Annotated[
        Path | None, typer.Option(help="Try this mapping, of reports or of pings, instead of proposing one.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the proposed mapping to a new file, to be edited.")] = None,
    delivered: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day it was received; later dates are the future.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Show what a file would be read as, what would load and what would be quarantined. Loads nothing.

    A file of a known source is recognised; for any other a mapping is proposed from its names and values.
    """
    if is_tiff(file):
        from hexwatch_etl.rasters.inspect import inspect_raster  # noqa: PLC0415

        lines = inspect_raster(file)
        typer.echo(json.dumps(lines) if as_json else "\n".join(f"{name}: {said}" for name, said in lines.items()))
        return
    from hexwatch_etl.inspect import propose  # noqa: PLC0415 (polars takes a second; --help should not)
    from hexwatch_etl.tracks.mapping import load_either  # noqa: PLC0415

    proposal = propose(file, load_either(mapping) if mapping else None, delivered.date() if delivered else None)
    if save:
        _save(save, proposal.toml)
    typer.echo(json.dumps(_machine(proposal), ensure_ascii=False) if as_json else "\n".join(_human(proposal)))


def _save(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists.", hint="Choose another name: a mapping is never overwritten.") from None


def _machine(proposal: Proposal) -> dict[str, object]:
    trial = proposal.trial
    return {
        "file": proposal.name,
        "form": proposal.form,
        "columns": proposal.columns,
        "source": proposal.source,
        "rows_in": trial.rows_in,
        "rows_loadable": trial.events.height,
        "quarantined": proposal.quarantined,
        "remarked": proposal.remarked,
        "rejects": trial.rejects.head(_SHOWN).select("line", "rule", "reason").to_dicts(),
        "notes": trial.notes,
        "doubts": proposal.doubts,
        "mapping": proposal.mapping.model_dump(mode="json", exclude_defaults=True, exclude_none=True),
    }


def _human(proposal: Proposal) -> list[str]:
    trial, known = proposal.trial, proposal.source
    lines = [
        f"{proposal.name}: {proposal.form}, {len(proposal.columns)} columns, {trial.rows_in:,} rows.",
        f"Read as source {known!r}." if known else "Read with this mapping:\n\n" + proposal.toml,
        f"{trial.events.height:,} rows would load, {trial.rejects.height:,} would be quarantined.",
        *(f"  {count:>9,} quarantined by {rule}" for rule, count in proposal.quarantined.items()),
        *(f"  line {row['line']}: {row['reason']}" for row in trial.rejects.head(_SHOWN).to_dicts()),
        *(f"  {count:>9,} with the remark {rule}" for rule, count in proposal.remarked.items()),
        *(f"Note: {note}" for note in trial.notes),
        *(f"Decide: {doubt}" for doubt in proposal.doubts),
    ]
    first, last = ("time", "time") if "time" in trial.events.columns else ("day_from", "day_to")
    span = trial.events[first].min(), trial.events[last].max()
    return [*lines, f"Days {span[0]} to {span[1]}."] if trial.events.height else lines
