"""The docs are true: reference pages equal the code, links lead somewhere, every command and setting is told."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from docs.pages import MANUAL, PAGES, ROOT, anchors, code, links, name
from hexwatch_etl.project.model import Project
from hexwatch_schemas import indicators, legend
from hexwatch_schemas.cli import load_commands
from hexwatch_schemas.errors import Exit
from hexwatch_schemas.settings import Settings

ZENSICAL = ROOT / ".venv/docs/bin/zensical"


@cache
def _commands() -> Any:
    return typer.main.get_command(load_commands())


def test_reference_pages_are_those_the_code_makes() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not _there(page, *target.partition("#")[::2])] == []


def _there(page: Path, file: str, anchor: str) -> bool:
    target = page.parent / file if file else page
    return target.exists() and (not anchor or target.suffix != ".md" or anchor in anchors(target))


def test_every_page_of_the_manual_stands_in_its_navigation() -> None:
    listed = re.findall(r'= "(\S+\.md)"', (ROOT / "zensical.toml").read_text("utf-8"))
    written = [str(page.relative_to(MANUAL)) for page in MANUAL.rglob("*.md") if "examples" not in page.parts]
    assert sorted(listed) == sorted(written), "add the page to `nav` in zensical.toml"
    assert tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]["nav"]


def test_pages_of_the_manual_lead_to_each_other() -> None:
    """What lies outside is not built with it."""
    outside = {name(page): [t for t in links(page) if t.startswith("../" * (_depth(page) + 1))] for page in PAGES}
    assert {page: found for page, found in outside.items() if found} == {}


def _depth(page: Path) -> int:
    """How many folders up the manual begins; elsewhere any link may go up."""
    return len(page.relative_to(MANUAL).parts) - 1 if page.is_relative_to(MANUAL) else 9


def test_the_manual_builds(tmp_path: Path) -> None:
    if not ZENSICAL.exists():
        pytest.skip("Run `./run docs` once: it installs what builds the manual.")
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    shutil.copytree(MANUAL, tmp_path / "docs")
    done = subprocess.run([ZENSICAL, "build", "--strict"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_exit_code_is_told() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    assert all(f"| {int(code)} |" in text for code in Exit)


def test_every_setting_and_indicator_explains_itself() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert all(i.formula and i.source for i in indicators.registry().values())


def test_every_key_of_a_project_file_explains_itself() -> None:
    page = (MANUAL / "reference/project.md").read_text("utf-8")
    for table, part in Project.model_json_schema()["$defs"].items():
        for key, said in part.get("properties", {}).items():
            assert said.get("description"), f"{table}.{key}"
            assert f"| `{key}` |" in page, f"{table}.{key}"


def test_every_option_of_every_command_explains_itself() -> None:
    group = _commands()
    silent = [
        f"{command.name} {parameter.name}"
        for command in group.commands.values()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert silent == []


def test_every_variable_that_is_told_of_is_read() -> None:
    """A setting that was renamed stays on no page."""
    known = {f"HEXWATCH_{field.upper()}" for field in Settings.model_fields} | _read_elsewhere()
    told = {name(page): set(re.findall(r"HEXWATCH_[A-Z_]*[A-Z]", page.read_text("utf-8"))) for page in PAGES}
    assert {page: found - known for page, found in told.items() if found - known} == {}


def _read_elsewhere() -> set[str]:
    """Variables of `./run`, of Compose and of the tests, which are no settings."""
    files = [ROOT / "run", ROOT / "docker/compose.yaml", *ROOT.glob("tests/**/*.py"), *ROOT.glob("docs/**/*.js")]
    files += [*ROOT.glob("web/*.ts"), *ROOT.glob("web/*.js"), *ROOT.glob("schemas/**/*.py")]
    return {found for file in files for found in re.findall(r"HEXWATCH_[A-Z_]*[A-Z]", file.read_text("utf-8"))}


def test_a_default_is_told_as_it_is() -> None:
    text = (MANUAL / "reference/settings.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `HEXWATCH_(\w+)` \| (.*?) \|", text, re.MULTILINE))
    assert rows.keys() == {field.upper() for field in Settings.model_fields}
    assert (rows["WORKERS"], rows["CORS_ORIGINS"], rows["PORT"]) == ("unset", "unset", "`8080`")


def test_every_address_explains_itself() -> None:
    text = (MANUAL / "reference/addresses.md").read_text("utf-8")
    assert "`/tiles/{layer}/{z}/{x}/{y}.mvt`" in text
    assert re.findall(r"^\| `(/[^`]*)` \|  \|", text, re.MULTILINE) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_that_are_written_exist(page: Path) -> None:
    """Also where nothing runs: in a sentence, in a table, in a block that cannot."""
    if page.name == "CHANGELOG.md":
        return  # what was, stays
    assert [wrong for line in code(page) for wrong in _wrong(shlex.split(line, comments=True))] == []


def _wrong(words: list[str]) -> list[str]:
    """What of a line that begins with `hexwatch` is no command or no option of it."""
    command, rest = _commands(), words[1:]
    while (found := getattr(command, "commands", {}).get(rest[0] if rest else "")) is not None:
        command, rest = found, rest[1:]
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    strangers = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known | {"--help"}]
    only_groups = getattr(command, "commands", None) and rest and not rest[0].startswith("-") and rest[0].islower()
    return [f"{' '.join(words)}: {wrong}" for wrong in [*strangers, *(rest[:1] if only_groups else [])]]


def test_the_map_has_the_services_sentences_in_french() -> None:
    known = (ROOT / "web/src/french_service.ts").read_text()
    said = {text for i in indicators.registry().values() for text in (i.title, i.unit, i.formula, i.source)}
    said |= {state["label"] for pair in legend.ALL_STATES for states in pair for state in states}
    assert [text for text in sorted(said) if f'"{text}":' not in known] == []
