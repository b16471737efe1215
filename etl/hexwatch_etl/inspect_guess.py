"""Guess a mapping: names say what a column may be, its values decide."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from hexwatch_schemas.errors import MappingError

from .inspect_names import LOSSES, NAMES, find, plain
from .mapping import GEOMETRY_X, Mapping
from .normalise_dates import read_moments
from .reading import Table

_FORMATS = (
    "iso", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%Y/%m/%d", "%d %B %Y", "%d-%b-%y", "%d-%b-%Y",
    "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p", "epoch",
)  # fmt: skip
_SILENT = ("NA", "N/A", "n/a", "null", "NULL", "None", "nan", "NaN", "-", "--", "?", "unknown", "Unknown")
_ENOUGH = 0.8  # share of filled cells that must fit a guess
_MONTHS = {"month", "mois", "mes", "monat"}


@dataclass
class Guess:
    """A mapping in the making, as plain data, and what a person should look at."""

    data: dict[str, Any]
    doubts: list[str] = field(default_factory=list)

    @property
    def mapping(self) -> Mapping:
        """The mapping, checked."""
        return Mapping.model_validate(self.data)


def guess(table: Table) -> Guess:
    """A mapping for this table; MappingError where no column can be a date."""
    look = _Look(table.rows)
    doubts: list[str] = []
    where = _where(look, doubts)
    when = _when(look, doubts)
    data = {
        "file": look.shape(),
        "key": _key(look),
        "when": when,
        "where": where,
        "category": _category(look),
        "measures": _measures(look),
    }
    return Guess({name: part for name, part in data.items() if part}, doubts)


class _Look:
    """The columns of a table, and the shape of its numbers as it becomes known."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows
        self._comma = False
        self._silent: set[str] = set()

    def named(self, role: str) -> list[str]:
        return find(self.rows.columns, NAMES[role])

    def filled(self, column: str) -> pl.Series:
        text = self.rows[column].str.strip_chars()
        return text.filter(text.is_not_null() & (text != "") & ~text.is_in(_SILENT))

    def numbers(self, column: str) -> pl.Series | None:
        """The numbers of a column, None where it holds something else; learns the decimal mark and silent texts."""
        filled = self.filled(column)
        comma = filled.str.contains(r"^[+-]?\d+,\d+$").sum() > _ENOUGH / 2 * filled.len()
        value = (filled.str.replace(",", ".", literal=True) if comma else filled).cast(pl.Float64, strict=False)
        if not filled.len() or value.is_not_null().sum() < _ENOUGH * filled.len():
            return None
        self._comma |= comma
        self._silent |= set(self.rows[column].str.strip_chars().drop_nulls().unique()) & set(_SILENT)
        return value.drop_nulls()

    def size(self, column: str) -> float:
        """The size of a typical number of the column."""
        numbers = self.numbers(column)
        return 0.0 if numbers is None else float(numbers.abs().median() or 0)  # pyright: ignore[reportArgumentType]

    def shape(self) -> dict[str, Any]:
        return ({"decimal": ","} if self._comma else {}) | ({"nothing": sorted(self._silent)} if self._silent else {})


def _where(look: _Look, doubts: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    x, y = _coordinate(look, "longitude"), _coordinate(look, "latitude")
    if x and y:
        found = {"longitude": x, "latitude": y}
        if look.size(x) > 180:
            doubts.append(f"{x} and {y} are not degrees: set `crs` to their reference system.")
    elif GEOMETRY_X not in look.rows.columns:
        doubts.append("No coordinates were found: every event will be unplaced.")
    doubts.append("How exactly places are known was not guessed: `precision` says exact.")
    words = {role: columns[0] for role in ("country", "adm1", "adm2", "place") if (columns := look.named(role))}
    return found | words


def _coordinate(look: _Look, role: str) -> str | None:
    return next((column for column in look.named(role) if look.numbers(column) is not None), None)


def _when(look: _Look, doubts: list[str]) -> dict[str, Any]:
    candidates = [
        *look.named("start"),
        *(column for column in look.rows.columns if re.search("dat|time", plain(column))),
    ]
    best = max(
        ((_formats(look, column), column) for column in dict.fromkeys(candidates)),
        key=lambda found: found[0][0],
        default=None,
    )
    years = look.named("year")
    if best is None or best[0][0] < _ENOUGH:
        if not years:
            names = ", ".join(look.rows.columns)
            raise MappingError(
                f"No column can be read as a date; there are {names}.", hint="Write a mapping that names it."
            )
        parts = {role: columns[0] for role in ("month", "day") if (columns := look.named(role))}
        return {"year": years[0], **parts}
    (_, formats), column = best
    return _dated(look, column, formats, doubts)


def _formats(look: _Look, column: str) -> tuple[float, tuple[str, ...]]:
    """The share of a column that is dates, and the format or two formats that read most of it."""
    filled = look.filled(column)
    if not filled.len():
        return 0, ()
    shares = sorted(
        ((_share(filled, (form,)), -position, form) for position, form in enumerate(_FORMATS)), reverse=True
    )
    first, second = shares[0][2], shares[1][2]
    both = _share(filled, (first, second))
    return (both, (first, second)) if both > shares[0][0] else (shares[0][0], (first,))


def _share(filled: pl.Series, formats: tuple[str, ...]) -> float:
    moments = read_moments(filled, formats)
    years = moments.struct.field("local").dt.year()
    return float(years.is_between(1900, 2100).fill_null(value=False).mean() or 0)  # pyright: ignore[reportArgumentType]


def _dated(look: _Look, column: str, formats: tuple[str, ...], doubts: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"start": column} | ({} if formats == ("iso",) else {"formats": list(formats)})
    moments = read_moments(look.filled(column), formats)
    if formats[0].startswith("%d/%m") and _share(look.filled(column), (formats[0].replace("%d/%m", "%m/%d"),)) == 1:
        doubts.append(f"{column} could be day/month or month/day: day/month was taken.")
    if plain(column) in _MONTHS and (moments.struct.field("local").dt.day() == 1).all():
        found["precision"] = "month"
    ends = [end for end in look.named("end") if _share(look.filled(end), formats) >= _ENOUGH]
    if moments.struct.field("timed").any() and moments.struct.field("offset").is_null().any():
        doubts.append(f"{column} has times without a zone: set `zone`, or only the day is used.")
    return found | ({"end": ends[0]} if ends else {})


def _key(look: _Look) -> dict[str, Any]:
    unique = (
        column
        for column in look.named("id")
        if look.rows[column].null_count() == 0 and look.rows[column].is_unique().all()
    )
    column = next(unique, None)
    if column is None:
        return {}
    revisions = [name for name in look.named("revision") if look.numbers(name) is not None]
    return {"columns": [column]} | ({"revision": revisions[0]} if revisions else {})


def _category(look: _Look) -> dict[str, Any] | None:
    named = look.named("category")
    return {"column": named[0]} if named else None


def _measures(look: _Look) -> list[dict[str, Any]]:
    found = []
    for name, loss in LOSSES.items():
        whole = [column for column in find(look.rows.columns, loss.names) if _is_count(look.numbers(column))]
        if whole:
            found.append({"name": name, "title": loss.title, "unit": loss.unit, "column": whole[0]})
    return found


def _is_count(numbers: pl.Series | None) -> bool:
    return numbers is not None and bool((numbers == numbers.round()).all() and (numbers >= 0).all())
