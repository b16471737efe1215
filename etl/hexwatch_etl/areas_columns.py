"""Which columns of an area file hold code, name and country: those asked for, else the usual ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from hexwatch_schemas.errors import UsageError

# Names that publishers use (OCHA COD-AB old and new, Natural Earth, GADM, geoBoundaries), lower case, best first;
# {n} is the number of the level. A zone has none, and goes by the plain words alone.
_KEYS = ("adm{n}_pcode", "admin{n}pcod", "admin{n}pcode", "adm{n}_code", "adm{n}_a3", "gid_{n}", "shapeid")
_PLAIN_KEYS = ("iso_3166_2", "iso_a3", "pcode", "code", "key", "id", "fid")
_NAMES = ("adm{n}_en", "adm{n}_fr", "adm{n}_name", "admin{n}name", "admin{n}name_en", "name_{n}", "shapename")
_PLAIN_NAMES = ("name", "name_en", "title")
_COUNTRIES = ("adm0_pcode", "admin0pcod", "adm0_a3", "iso_a3", "gid_0", "shapegroup", "country", "admin", "admin0name")


@dataclass(frozen=True)
class Columns:
    """Names of columns; `name` and `country` are None where the file has none."""

    key: str
    name: str | None
    country: str | None


def columns(frame: gpd.GeoDataFrame, level: str, key: str | None, name: str | None, country: str | None) -> Columns:
    """Raises UsageError where a column asked for is missing, or none looks like a code."""
    found = [str(column) for column in frame.columns if column != frame.geometry.name]
    keys = _first(found, _usual(_KEYS, level) + _PLAIN_KEYS, lambda column: _tells_apart(pd.Series(frame[column])))
    chosen = _asked(found, key) or keys
    if chosen is None:
        raise UsageError("No column looks like a code of areas.", hint=f"Name it with --key: {', '.join(found)}.")
    names = _asked(found, name) or _first(found, _usual(_NAMES, level) + _PLAIN_NAMES)
    return Columns(chosen, names, _asked(found, country) or _first(found, _COUNTRIES))


def texts(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    """A column as text: blanks around it go, an empty cell is None, whole numbers have no fraction."""
    if column is None:
        return pd.Series([None] * len(frame), dtype=object)
    found = pd.Series(frame[column]).reset_index(drop=True).convert_dtypes().astype("string").str.strip()
    return found.astype(object).where(found.notna() & (found != ""), None)


def _asked(found: list[str], column: str | None) -> str | None:
    if column is not None and column not in found:
        raise UsageError(f"There is no column {column!r}.", hint=f"The file has {', '.join(found)}.")
    return column


def _usual(patterns: Iterable[str], level: str) -> tuple[str, ...]:
    number = re.fullmatch(r"adm(\d)", level)
    return tuple(pattern.format(n=number[1]) for pattern in patterns) if number else ()


def _first(found: list[str], usual: Iterable[str], fits: Callable[[str], bool] = lambda _: True) -> str | None:
    """The first usual column that is there and fits, else the first that is there."""
    by_name = {column.lower(): column for column in found}
    there = [by_name[name] for name in usual if name in by_name]
    return next(filter(fits, there), there[0] if there else None)


def _tells_apart(column: pd.Series) -> bool:
    """Has every area a value of its own?"""
    return bool(column.notna().all() and column.is_unique)
