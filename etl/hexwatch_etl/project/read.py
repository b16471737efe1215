"""Reads a project file; every mistake is told with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from hexwatch_schemas.errors import MappingError, UsageError

from .. import sources
from ..tracks.mapping import load_either
from .model import Project

DEFAULT = Path("hexwatch.toml")
_TABLE = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+(?:\s*\.\s*[\w-]+)*)\s*=""")


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and on which line (1-based)."""

    line: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.where + ': ' if self.where else ''}{self.what}"


class ProjectError(UsageError):
    """The project file is not as it should be."""


def read_project(path: Path) -> Project:
    """The project of a file. Raises ProjectError with all mistakes."""
    project, mistakes = check(path)
    if project is None or mistakes:
        raise ProjectError(
            f"{path} has {len(mistakes)} mistake{'s' * (len(mistakes) > 1)}:\n" + "\n".join(map(str, mistakes)),
            hint=f"See: hexwatch check {path}",
            mistakes=[vars(m) for m in mistakes],
        )
    return project


def check(path: Path) -> tuple[Project | None, list[Mistake]]:
    """The project, if it can be read at all, and its mistakes. Raises UsageError where there is no file."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.", hint="Name the project file.") from None
    except UnicodeDecodeError:
        return None, [Mistake(1, "", "the file is not UTF-8 text")]
    try:
        said = tomllib.loads(text)
        project = Project.model_validate(said)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return None, [Mistake(int(found[1]) if found else text.count("\n") + 1, "", f"no TOML: {error}")]
    except ValidationError as error:
        return None, sorted((_mistake(text, e["loc"], e["msg"]) for e in error.errors()), key=lambda m: m.line)
    return project, _beside(project, path.parent, text)


def _mistake(text: str, place: Sequence[str | int], message: str) -> Mistake:
    # Tags of a union and the like stand in the place, but not in the file.
    names = [str(p) for p in place if p not in ("[key]",)]
    what = message.removeprefix("Value error, ")
    if not names:
        found = re.match(r"(datasets|layers)\.([\w-]+):", what)
        names = [found[1], found[2]] if found else []
    return Mistake(line_of(text, names), ".".join(names), what)


def line_of(text: str, names: Sequence[str]) -> int:
    """The line on which a value stands, or else the nearest thing around it that has a line."""
    lines: dict[tuple[str, ...], int] = {(): 1}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if head := _TABLE.match(line):
            table = _parts(head[1])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key[1])), number)
    wanted = tuple(names)
    # A union's tag stands between the names of the file: the longest place whose names are among them, in order.
    return lines[max((place for place in lines if _among(place, wanted)), key=len)]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _among(place: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    rest = iter(wanted)
    return all(name in rest for name in place)


def _beside(project: Project, folder: Path, text: str) -> list[Mistake]:
    """Mistakes in what the file names: sources, mappings."""
    found = []
    for name, dataset in project.datasets.items():
        if dataset.source and dataset.source not in sources.SOURCES:
            known = ", ".join(sources.SOURCES)
            said = f"there is no source {dataset.source!r}; there are: {known}"
            found.append(Mistake(line_of(text, ["datasets", name, "source"]), f"datasets.{name}.source", said))
        if dataset.mapping:
            where = line_of(text, ["datasets", name, "mapping"])
            try:
                load_either(folder / dataset.mapping)
            except (MappingError, UsageError) as error:
                found.append(Mistake(where, f"datasets.{name}.mapping", str(error)))
    return found
