"""What no linter here checks: sizes, lock files without addresses, and the two lists that must agree."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from fixtures.folders import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
# Pictures, data, and JSON, which is written by programs or is data as well.
NOT_WRITTEN = {".json", ".png", ".gz", ".gpkg", ".parquet", ".fgb", ".zip", ".xlsx", ".woff2"}
LOCKS = {
    "web/package-lock.json",
    "tests/clients/package-lock.json",
    *(f"requirements/{name}.txt" for name in ("runtime", "dev", "clients", "docs")),
}
MADE = {"docs/reference/commands.md"}  # written by docs/reference.py: as long as there are options

TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
FILES = [ROOT / name for name in TRACKED if name and name not in LOCKS | MADE and (ROOT / name).is_file()]
SOURCES = [file for file in FILES if file.suffix == ".py" and ROOT / "tests" not in file.parents]


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def _functions(file: Path) -> list[tuple[str, int]]:
    """Name and number of lines of each function; of a signature and a docstring only the first line counts."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, kinds)]
    return [(node.name, (node.end_lineno or 0) - _body(node).lineno + 1) for node in found]


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    documented = ast.get_docstring(function) is not None and len(function.body) > 1
    return function.body[1 if documented else 0]


def test_there_are_files_to_judge() -> None:
    assert len(SOURCES) > 10


def test_no_file_is_too_long() -> None:
    lengths = {_name(file): len(file.read_bytes().splitlines()) for file in FILES if file.suffix not in NOT_WRITTEN}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {f"{_name(file)}:{name}": length for file in SOURCES for name, length in _functions(file)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_module_begins_with_what_it_is_for() -> None:
    told = {_name(file): ast.get_docstring(ast.parse(file.read_text())) or "" for file in SOURCES}
    first = {name: text.split("\n\n")[0] for name, text in told.items()}
    assert [name for name, text in first.items() if "\n" in text or not text.endswith(".")] == []


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt", "clients.txt", "docs.txt"])
def test_python_lock_holds_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url.*|--find-links.*", text) == []


@pytest.mark.parametrize("folder", ["web", "tests/clients"])
def test_npm_lock_holds_no_address_to_fetch_from(folder: str) -> None:
    assert '"resolved"' not in (ROOT / folder / "package-lock.json").read_text()


def test_who_tested_can_also_run() -> None:
    runtime, development = (_pins(ROOT / "requirements" / name) for name in ("runtime.txt", "dev.txt"))
    assert runtime
    assert runtime <= development


def test_every_locked_package_has_a_hash() -> None:
    for lock in ("runtime.txt", "dev.txt", "clients.txt", "docs.txt"):
        text = (ROOT / "requirements" / lock).read_text().replace("\\\n", " ")
        assert [line for line in text.splitlines() if line.strip() and "--hash=sha256:" not in line] == []


def _pins(lock: Path) -> set[str]:
    """Names and versions. Where a package is wanted may be said more widely in a lock that has more to satisfy."""
    return set(re.findall(r"^\S+==\S+", lock.read_text(), re.MULTILINE))
