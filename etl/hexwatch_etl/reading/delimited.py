"""Records of delimited text, each with the physical line it begins on."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import polars as pl

from hexwatch_etl.events import REMARK_SCHEMA
from hexwatch_etl.mapping import FileShape
from hexwatch_schemas.errors import UnreadableFile

_SEPARATORS = (",", "\t", ";", "|")
_TOP = 1 << 16  # characters that tell the separator
CHUNK = 50_000  # records turned into columns at a time: lists of Python strings are large
_HXL = re.compile(r"#[a-z][a-z0-9_]*(\s*\+\s*[a-z0-9_]+)*", re.IGNORECASE)  # HXL standard 1.1: tag and attributes

csv.field_size_limit(1 << 20)  # outlines written as text in a cell are longer than Python's limit of 131,072


@dataclass
class Records:
    """The records of a file: cells as text, null where empty; broken lines apart."""

    columns: pl.DataFrame
    lines: pl.Series
    broken: pl.DataFrame
    notes: list[str] = field(default_factory=list)


def separator_of(text: str, shape: FileShape) -> str:
    """The declared separator, else the one that cuts the first lines into most cells of equal number."""
    return shape.separator or max(_SEPARATORS, key=lambda candidate: _cells(text, candidate, shape))


def _cells(text: str, separator: str, shape: FileShape) -> tuple[int, int]:
    top = islice(_records(io.StringIO(text[:_TOP], newline=""), separator, shape), 20)
    widths = Counter(len(record.cells) for record in top if record.cells)
    width, often = widths.most_common(1)[0] if widths else (0, 0)
    return (often if width > 1 else 0, width)


def _reader(lines: Iterator[str], separator: str, shape: FileShape):
    quoting = csv.QUOTE_MINIMAL if shape.quote else csv.QUOTE_NONE
    return csv.reader(lines, delimiter=separator, quotechar=shape.quote or None, quoting=quoting, strict=True)


class _Record(NamedTuple):
    """A record begins on a physical line and has cells, or trouble and the line itself."""

    line: int
    cells: list[str] | None
    trouble: str = ""
    raw: str = ""


class _Tape:
    """Lines that can be played again from the second line of a record: how an open quote is survived."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self.line = 1  # where the record begins

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._record.append(line)
        return line

    def begin(self) -> None:
        """The lines so far are done; the next one begins a record."""
        self.line += len(self._record)
        self._record = []

    def retreat(self) -> str:
        """Give up the record but for its first line, which is returned."""
        first, *rest = self._record
        self._again.extendleft(reversed(rest))
        self._record = [first]
        return first


def _records(lines: Iterable[str], separator: str, shape: FileShape) -> Iterator[_Record]:
    """Records but for blank lines. A line that cannot be cut is given up alone; reading goes on behind it."""
    tape = _Tape(lines)
    reader = _reader(tape, separator, shape)
    while True:
        tape.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Record(tape.line, None, str(error), tape.retreat().rstrip("\r\n"))
        else:
            if cells:
                yield _Record(tape.line, cells)


def first_record(text: str) -> list[str]:
    """The names in the header, or the first cells of a file that has none."""
    shape = FileShape()
    lines = io.StringIO(text, newline="")
    first = next(_records(lines, separator_of(text, shape), shape), _Record(1, []))
    return unique_names([cell.strip() for cell in first.cells or ()], [])


def read_delimited(text: str, shape: FileShape, name: str) -> Records:
    """Every record of a text; ragged and unreadable lines become `broken`."""
    parts = list(delimited_parts(io.StringIO(text, newline=""), separator_of(text, shape), shape, name))
    columns, lines, broken = zip(*((part.columns, part.lines, part.broken) for part in parts), strict=True)
    notes = [note for part in parts for note in part.notes]
    return Records(pl.concat(columns), pl.concat(lines), pl.concat(broken), notes)


def delimited_parts(lines: Iterable[str], separator: str, shape: FileShape, name: str) -> Iterator[Records]:
    """The same some records at a time; at least one part, which may be empty."""
    records = _records(lines, separator, shape)
    notes: list[str] = []
    header = list(shape.names) or _header(next(records, _Record(1, None)), name, notes)
    intake = _Intake(header, notes)
    for position, record in enumerate(records):
        if position == 0 and _is_hxl(record):
            notes.append(f"Line {record.line} holds HXL tags and was skipped.")
        else:
            intake.take(record)
        if intake.full:
            yield intake.given()
    yield intake.given()


def _header(record: _Record, name: str, notes: list[str]) -> list[str]:
    if not record.cells:
        reason = f"{name}, line {record.line}: the header cannot be read: {record.trouble or 'there is none'}."
        raise UnreadableFile(reason, hint="Check its quotes and separator.")
    return unique_names([cell.strip() for cell in record.cells], notes)


def unique_names(names: list[str], notes: list[str]) -> list[str]:
    """Names with the empty and the repeated ones made distinct."""
    seen: Counter[str] = Counter()
    result = []
    for position, name in enumerate(names, 1):
        base = name or f"column_{position}"
        seen[base] += 1
        result.append(base if seen[base] == 1 else f"{base}.{seen[base]}")
        if result[-1] != name:
            notes.append(f"Column {position} is called {result[-1]!r} here: its name was empty or taken.")
    return result


def _is_hxl(record: _Record) -> bool:
    filled = [cell.strip() for cell in record.cells or () if cell.strip()]
    return bool(filled) and all(_HXL.fullmatch(cell) for cell in filled)


class _Intake:
    """Collects records until they are given as columns."""

    def __init__(self, header: list[str], notes: list[str]) -> None:
        self._header = header
        self._notes = notes
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._broken: list[tuple[int, str, str, str]] = []

    @property
    def full(self) -> bool:
        return len(self._rows) + len(self._broken) >= CHUNK

    def take(self, record: _Record) -> None:
        cells, width = record.cells, len(self._header)
        if cells is None:
            self._refuse(record.line, f"It cannot be cut into cells: {record.trouble}.", {"line": record.raw})
        elif len(cells) != width:
            self._refuse(record.line, f"It has {len(cells)} cells where the header has {width}.", {"cells": cells})
        else:
            self._rows.append(cells)
            self._lines.append(record.line)

    def _refuse(self, line: int, reason: str, row: dict[str, object]) -> None:
        self._broken.append((line, "broken-line", reason, json.dumps(row, ensure_ascii=False)))

    def given(self) -> Records:
        """What was taken since the last time, and what there is to note."""
        columns = zip(*self._rows, strict=True) if self._rows else ([] for _ in self._header)
        data = {name: pl.Series(name, cells, pl.String) for name, cells in zip(self._header, columns, strict=True)}
        broken = pl.DataFrame(self._broken, schema=REMARK_SCHEMA, orient="row")
        lines, notes = pl.Series("line", self._lines, pl.Int64), list(self._notes)
        self._rows, self._lines, self._broken = [], [], []
        self._notes.clear()
        return Records(pl.DataFrame(data).with_columns(pl.all().replace("", None)), lines, broken, notes)
