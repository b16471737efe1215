"""The cells of a table as a mapping sees them: trimmed, empty where they say nothing, read as numbers."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import polars as pl

from hexwatch_schemas.errors import MappingError

from .mapping import Coded, Column, FileShape, Filled
from .rules import Findings


class Cells:
    """Columns by name. `used` collects what was asked for: nothing else leaves the file."""

    def __init__(self, rows: pl.DataFrame, shape: FileShape) -> None:
        self._rows = rows
        self._shape = shape
        self._texts: dict[str, pl.Series] = {}
        self.used: set[str] = set()

    def name(self, column: Column) -> str:
        """The name under which the file has this column; MappingError with close matches where it has not."""
        wanted = (column,) if isinstance(column, str) else column
        for name in wanted:
            if name in self._rows.columns:
                self.used.add(name)
                return name
        near = [match for name in wanted for match in get_close_matches(name, self._rows.columns, 3)]
        hint = f"Did you mean {', '.join(near)}?" if near else f"The file has {', '.join(self._rows.columns)}."
        raise MappingError(f"The file has no column {' or '.join(map(repr, wanted))}.", hint=hint, columns=wanted)

    def has(self, column: str) -> bool:
        """Does the file have this column?"""
        return column in self._rows.columns

    def text(self, column: Column) -> pl.Series:
        """Trimmed text, null where the cell says nothing."""
        name = self.name(column)
        if name not in self._texts:
            text = self._rows[name].str.strip_chars()
            silent = ["", *self._shape.nothing]
            self._texts[name] = text.set(text.is_in(silent), None)
        return self._texts[name]

    def number(self, column: Column) -> pl.Series:
        """Float64, null where there is no number; `unreadable` tells the bad cells from the empty."""
        text = self.text(column)
        if self._shape.decimal != ".":
            text = text.str.replace(self._shape.decimal, ".", literal=True)
        value = text.cast(pl.Float64, strict=False)
        return value.set(~value.is_finite(), None)

    def unreadable(self, column: Column) -> pl.Series:
        """True where a cell says something that is no number."""
        return self.text(column).is_not_null() & self.number(column).is_null()

    def constant(self, value: Any, kind: pl.DataType) -> pl.Series:
        """One value for every row."""
        return pl.repeat(value, self._rows.height, dtype=kind, eager=True)

    def word(self, spec: Coded[Any] | Filled[Any], findings: Findings) -> tuple[pl.Series, pl.Series]:
        """Our word and the source's code for each row."""
        return self._coded(spec, findings) if isinstance(spec, Coded) else self._filled(spec)

    def _coded(self, spec: Coded[Any], findings: Findings) -> tuple[pl.Series, pl.Series]:
        code = self.text(spec.column)
        codes = {key.strip().lower(): str(word) for key, word in spec.codes.items()}
        word = code.str.to_lowercase().replace_strict(
            codes, default=spec.default and str(spec.default), return_dtype=pl.String
        )
        reason = "{} is {}, which the crosswalk does not list."
        findings.add("unknown-code", word.is_null(), reason, self.name(spec.column), code)
        return word, code

    def _filled(self, spec: Filled[Any]) -> tuple[pl.Series, pl.Series]:
        word = self.constant(str(spec.default), pl.String())
        code = self.constant(None, pl.String())
        for column, ours in reversed(spec.filled.items()):
            says = self.text(column).is_not_null() & (self.number(column).fill_null(1) != 0)
            word, code = word.set(says, str(ours)), code.set(says, column)
        return word, code
