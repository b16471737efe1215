"""Write the reference pages that are made from the code: commands, settings, project file, indicators, addresses.

python docs/reference.py           # write them
python docs/reference.py --check   # exit code 1 where one is out of date
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from reference_http import addresses
from reference_project import project_file

from hexwatch_etl.project.model import Project
from hexwatch_schemas import indicators
from hexwatch_schemas.cli import load_commands
from hexwatch_schemas.settings import Settings, default_data_folder

FOLDER = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/reference.py; edit the code instead. -->\n\n"


def commands() -> str:
    """Every command with its arguments and options."""
    group = typer.main.get_command(load_commands())
    parts = [f"# Commands\n\n{MADE}{group.help}\n"]
    for name, command in _all(group, ""):
        parts.append(f"\n## `hexwatch {name}`\n\n{_paragraphs(command.help)}\n\n| option | meaning |\n| --- | --- |\n")
        parts.extend(_options(command))
    return "".join(parts)


def _all(group: object, before: str) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Commands by their full names; a group is told by those within it."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        if hasattr(command, "commands"):
            yield from _all(command, f"{before}{name} ")
        else:
            yield before + name, command


def _paragraphs(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").splitlines())


def _options(command: object) -> Iterator[str]:
    for parameter in getattr(command, "params", []):
        shown = ", ".join(f"`{o}`" for o in [*parameter.opts, *parameter.secondary_opts] if o != "--help")
        if parameter.param_type_name == "argument":
            shown = f"`{(parameter.metavar or parameter.name).upper()}`"
        if shown:
            yield f"| {shown} | {(getattr(parameter, 'help', None) or '').replace('|', '/')} |\n"


def settings() -> str:
    """Every setting with its default."""
    rows = [
        f"| `HEXWATCH_{name.upper()}` | {_default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    ]
    text = "Environment variables; nothing else is read. An empty one counts as unset."
    return f"# Settings\n\n{MADE}{text}\n\n| variable | default | meaning |\n| --- | --- | --- |\n{''.join(rows)}"


def _default(field: object) -> str:
    factory, default = getattr(field, "default_factory", None), getattr(field, "default", None)
    if factory is default_data_folder:
        return "`/var/lib/hexwatch` for root, else `~/.local/share/hexwatch`"
    return "unset" if factory or default in {None, ""} else f"`{default}`"


def shown_indicators() -> str:
    """Every indicator with formula and source."""
    cells = [
        (f"`{i.id}`", i.title, i.unit, i.formula, ", ".join(f"`{m}`" for m in sorted(i.needs)), i.source)
        for i in indicators.registry().values()
    ]
    rows = [f"| {' | '.join(row)} |\n" for row in cells]
    head = "| id | title | unit | formula | needs | source |\n| --- | --- | --- | --- | --- | --- |\n"
    text = "A layer shows every indicator that its measures allow. The id is the property's name in tiles."
    return f"# Indicators\n\n{MADE}{text}\n\n{head}{''.join(rows)}"


def project_schema() -> str:
    """JSON Schema of a project file, for editors."""
    return json.dumps(Project.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def project_page() -> str:
    """Every key of a project file."""
    return f"# Project file\n\n{MADE}{project_file()}"


def every_address() -> str:
    """Every address of the service."""
    return f"# Addresses\n\n{MADE}{addresses()}"


PAGES = {
    "project.md": project_page,
    "project.schema.json": project_schema,
    "commands.md": commands,
    "settings.md": settings,
    "indicators.md": shown_indicators,
    "addresses.md": every_address,
}


def main() -> None:
    """Write or check every page."""
    stale = [name for name, make in PAGES.items() if _write(FOLDER / name, make())]
    if stale and "--check" in sys.argv:
        raise SystemExit(f"Out of date: {', '.join(stale)}. Run: python docs/reference.py")


def _write(path: Path, text: str) -> bool:
    if path.exists() and path.read_text("utf-8") == text:
        return False
    if "--check" not in sys.argv:
        path.write_text(text, "utf-8")
    return True


if __name__ == "__main__":
    main()
