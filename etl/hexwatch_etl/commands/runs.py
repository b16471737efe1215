"""`hexwatch runs` and `hexwatch run show`: what loads did."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from hexwatch_schemas.errors import UsageError

from ..asking import Json, OnlyDataset, connected, read, rows, show

_Limit = Annotated[int, typer.Option(min=1, help="How many, the newest first.")]

one = typer.Typer(help="One load.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(runs)
    app.add_typer(one, name="run")


def runs(dataset: OnlyDataset = None, limit: _Limit = 20, as_json: Json = False) -> None:
    """List loads: when, what became of them, how many rows. A load that was killed is told as `died`."""
    line = (
        "{id:>6}  {dataset:<20} {status:<10} {started_at:%Y-%m-%d %H:%M}  "
        "{rows_in!s:>9} in {rows_quarantined!s:>7} refused  {error}"
    )
    found = read("runs.list", dataset=dataset, run=None, limit=limit)
    show(found, as_json, lambda r: line.format(**r | {"error": r["error"] or ""}))


@one.command("show")
def run_show(number: Annotated[int, typer.Argument(metavar="RUN", help="Its number.")], as_json: Json = False) -> None:
    """Show a load: its files, window, rows, steps and seconds, releases, rules that refused rows."""
    with connected() as conn:
        found = rows(conn, "runs.list", dataset=None, run=number, limit=1)
        if not found:
            raise UsageError(f"There is no run {number}.", hint="See: hexwatch runs")
        refused = rows(conn, "runs.quarantined_rules", run=number)
        told = {**found[0], "refused": refused, "remarks": rows(conn, "runs.remarked_rules", run=number)}
    typer.echo(json.dumps(told, default=str) if as_json else "\n".join(_lines(told)))


def _lines(run: dict[str, Any]) -> list[str]:
    window = f"{run['first_day']} to {run['last_day']}" if run["first_day"] else "as its files say"
    said = {
        "dataset": run["dataset"],
        "status": f"{run['status']} {run['error'] or ''}".rstrip(),
        "window": window,
        "from": f"{run['started_at']:%Y-%m-%d %H:%M:%S}",
        "until": f"{run['finished_at']:%Y-%m-%d %H:%M:%S}" if run["finished_at"] else "",
        "rows": f"{run['rows_in']} in = {run['rows_loaded']} loaded + {run['rows_quarantined']} quarantined",
        "reports": f"{run['events_opened']} opened, {run['events_closed']} closed",
        "releases": ", ".join(f"{layer} {number}" for layer, number in (run["releases"] or {}).items()) or "none",
        "seconds": ", ".join(f"{step} {seconds}" for step, seconds in (run["seconds"] or {}).items()),
        "version": run["code_version"],
    }
    lines = [f"{'run':<10}{run['id']}", *(f"{name:<10}{text}" for name, text in said.items())]
    lines += [f"{'file':<10}{f['name']} ({f['bytes']} bytes, sha256 {f['sha256']})" for f in run["files"]]
    lines += [f"{'refused':<10}{r['rows']} {r['rule']} ({r['replayed']} tried again)" for r in run["refused"]]
    return lines + [f"{'remark':<10}{r['rows']} {r['rule']}" for r in run["remarks"]]
