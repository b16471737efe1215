"""CSV (RFC 4180): cells as text, numbers, and on every line what they are of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ..writing import PIECE, Format, Sheet

_TERMS = ("window", "release", "attribution")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so (OWASP, CSV injection)


def _write(sheet: Sheet) -> Iterator[bytes]:
    names, located = sheet.page.names, sheet.page.locations() is not None
    terms = [str(sheet.about[name]) for name in _TERMS]
    yield _lines([[*names, *(["geometry"] if located else []), *_TERMS]])
    for piece in sheet.page.pieces(PIECE):
        columns = [*(piece.values(name) for name in names), *([piece.locations() or []] if located else [])]
        yield _lines([[*row, *terms] for row in zip(*columns, strict=True)])


def _lines(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[_harmless(value) for value in row] for row in rows])
    return text.getvalue().encode()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


FORMAT = Format("csv", 30, "CSV", "text/csv; charset=utf-8", _write, ending="csv")
