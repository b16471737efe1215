"""Rows in pages, resumable: a page that came stays; where the total changes meanwhile all is asked anew."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fetched import UpstreamError

Row = Mapping[str, Any]
TURNS = 3  # that a source may change its mind while we read


@dataclass(frozen=True)
class Page:
    """One page. `total` is the number of all rows, where the source tells it."""

    rows: list[Row]
    total: int | None


class Changed(UpstreamError):
    """The source had another number of rows on a later page."""


def collected(folder: Path, size: int, ask: Callable[[int], Page]) -> list[Row]:
    """All rows of a source whose pages are numbered from 0. Raises UpstreamError unless they are whole.

    `folder` keeps the pages of an attempt that broke off: if the source still has the same first page and total, only
    the others are asked for.
    """
    for left in reversed(range(TURNS)):
        try:
            return list(_turn(folder, size, ask))
        except Changed:
            shutil.rmtree(folder, ignore_errors=True)
            if not left:
                raise
    raise AssertionError("the last turn returns or raises")


def _turn(folder: Path, size: int, ask: Callable[[int], Page]) -> Iterator[Row]:
    folder.mkdir(parents=True, exist_ok=True)
    first = ask(0)
    if _read(folder, 0) != first:
        shutil.rmtree(folder)
        folder.mkdir(parents=True)
        _keep(folder, 0, first)
    number, rows, page = 0, 0, first
    while True:
        yield from page.rows
        rows += len(page.rows)
        if _last(page, rows, size, first.total):
            break
        number += 1
        before, page = page, _read(folder, number) or _keep(folder, number, ask(number))
        if page == before:
            raise UpstreamError(
                f"The source gave page {number - 1} once more for page {number}: it does not turn them."
            )
        if page.total != first.total:
            raise Changed(f"The source had {first.total} rows, and on page {number} {page.total}.")
    if first.total is not None and rows != first.total:
        raise Changed(f"The source told of {first.total} rows and gave {rows}.")


def _last(page: Page, rows: int, size: int, total: int | None) -> bool:
    if total is not None:
        return rows >= total or not page.rows
    return len(page.rows) < size


def _read(folder: Path, number: int) -> Page | None:
    try:
        said = json.loads((folder / f"page-{number}.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return Page(said["rows"], said["total"])


def _keep(folder: Path, number: int, page: Page) -> Page:
    file = folder / f"page-{number}.json"
    part = file.with_suffix(".part")
    part.write_text(json.dumps(vars(page)), "utf-8")
    part.rename(file)  # whole, or not there
    return page


def write_table(rows: Iterable[Row], file: Path) -> Path:
    """Rows as CSV, which every source and mapping reads; nested values as JSON, nothing as nothing."""
    found = list(rows)
    names = list(dict.fromkeys(name for row in found for name in row))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(names)
        writer.writerows([_cell(row.get(name)) for name in names] for row in found)
    return file


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value


def within(answer: Any, path: str) -> Any:
    """What stands at a dotted path of an answer. Raises UpstreamError where there is no such thing."""
    for name in path.split("."):
        if not isinstance(answer, dict) or name not in answer:
            raise UpstreamError(f"The answer has no {path!r}.", hint="The source may have changed its form.")
        answer = answer[name]
    return answer


def rows_in(answer: Any, path: str) -> list[Row]:
    """The rows at a path: objects, or it is no answer at all. Raises UpstreamError."""
    rows = within(answer, path)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UpstreamError(f"The answer's {path!r} is no list of rows.")
    return rows
