"""From coordinates in any reference system to degrees on WGS84, and how exactly the place is known."""

from __future__ import annotations

import numpy as np
import polars as pl
from pyproj import CRS, Transformer

from hexwatch_schemas.words import Precision

from .mapping import GEOMETRY_X, GEOMETRY_Y, Coded, Filled, Where
from .normalise_cells import Cells
from .rules import Findings

_WGS84 = CRS("OGC:CRS84")


def places(cells: Cells, where: Where, file_crs: CRS | None, findings: Findings) -> dict[str, pl.Series]:
    """longitude, latitude, precision and the place in words of every row."""
    x, y = coordinates(cells, where, file_crs, findings)
    names = {name: getattr(where, name) for name in ("country", "adm1", "adm2", "place")}
    words = {
        name: cells.text(column) if column else cells.constant(None, pl.String()) for name, column in names.items()
    }
    return {"longitude": x, "latitude": y, "precision": _precision(cells, where, x, findings), **words}


def coordinates(cells: Cells, where: Where, file_crs: CRS | None, findings: Findings) -> tuple[pl.Series, pl.Series]:
    """Longitude and latitude of every row, degrees; null where there is none."""
    columns = (where.longitude or GEOMETRY_X, where.latitude or GEOMETRY_Y)
    if columns == (GEOMETRY_X, GEOMETRY_Y) and not cells.has(GEOMETRY_X):
        nowhere = cells.constant(None, pl.Float64())  # reports without points: all are unplaced
        return nowhere, nowhere
    for column in columns:
        broken, reason = cells.unreadable(column), "{} is {}, which is no number."
        findings.add("unreadable-coordinates", broken, reason, cells.name(column), cells.text(column))
    x, y = (cells.number(column) for column in columns)
    missing = x.is_null() | y.is_null()
    x, y = x.set(missing, None), y.set(missing, None)
    crs = file_crs if file_crs and cells.name(columns[0]) == GEOMETRY_X else CRS.from_user_input(where.crs)
    findings.add("zero-coordinates", (x == 0) & (y == 0), "The point is 0, 0.")
    if crs != CRS("EPSG:4326") and crs != _WGS84:
        x, y = _transformed(x, y, crs)
    _check(x, y, where, findings)
    return x, y


def _transformed(x: pl.Series, y: pl.Series, crs: CRS) -> tuple[pl.Series, pl.Series]:
    """Longitude and latitude; what cannot be projected becomes infinite and breaks a rule."""
    transformer = Transformer.from_crs(crs, _WGS84, always_xy=True)
    east, north = x.to_numpy(writable=True), y.to_numpy(writable=True)
    lon, lat = transformer.transform(east, north)
    lost = np.isnan(east)
    return tuple(pl.Series(np.where(lost, 0, values)).set(pl.Series(lost), None) for values in (lon, lat))  # pyright: ignore[reportReturnType]


def _check(x: pl.Series, y: pl.Series, where: Where, findings: Findings) -> None:
    possible = (x.abs() <= 180) & (y.abs() <= 90)
    turned = (y.abs() > 90) & (y.abs() <= 180) & (x.abs() <= 90)
    if where.extent:
        inside, inside_turned = _within(x, y, where.extent), _within(y, x, where.extent)
        turned = (turned & inside_turned) | (possible & ~inside & inside_turned)
        findings.add("outside-extent", ~inside, "Longitude {} and latitude {} lie outside the extent.", x, y)
    hint = "Longitude {} and latitude {} make sense only the other way round: check the mapping."
    findings.add("swapped-coordinates", turned, hint, x, y)
    findings.add("impossible-coordinates", ~possible, "Longitude {} and latitude {} are not on Earth.", x, y)


def _within(x: pl.Series, y: pl.Series, extent: tuple[float, float, float, float]) -> pl.Series:
    west, south, east, north = extent
    return x.is_between(west, east) & y.is_between(south, north)


def _precision(cells: Cells, where: Where, x: pl.Series, findings: Findings) -> pl.Series:
    """As declared; but without coordinates nothing finer than the country is known."""
    if isinstance(where.precision, (Coded, Filled)):
        declared = cells.word(where.precision, findings)[0]
    else:
        declared = cells.constant(str(where.precision), pl.String())
    country = str(Precision.COUNTRY)
    unplaced = x.is_null() & (declared != country)
    findings.add(
        "missing-coordinates", unplaced, "It has no coordinates, so only its country is known (was {}).", declared
    )
    return declared.set(x.is_null(), country)
