"""Some single records, as formats see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from ..crs import Crs
from ..property import Property
from .collection import Stored
from .question import Asked

_SEVERAL = {
    "MultiPoint": shapely.multipoints,
    "MultiLineString": shapely.multilinestrings,
    "MultiPolygon": shapely.multipolygons,
}


@dataclass(frozen=True)
class StoredPage:
    """Rows of `statements.page`."""

    stored: Stored
    asked: Asked
    rows: Sequence[Mapping[str, Any]]
    matched: int

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def names(self) -> tuple[str, ...]:
        """The properties that are written."""
        return self.asked.properties

    @property
    def fields(self) -> Mapping[str, Property]:
        """What each of them is."""
        return {name: self.stored.columns[name].what for name in self.names}

    @property
    def crs(self) -> Crs:
        """The reference system asked for."""
        return self.asked.crs

    @property
    def limit(self) -> int | None:
        """How many were asked for; None: the format decides."""
        return self.asked.limit

    @property
    def offset(self) -> int:
        """How many stand before them."""
        return self.asked.offset

    @property
    def about(self) -> Mapping[str, Any]:
        """Of what the records are."""
        return {"window": str(self.asked.window or self.stored.extent or "")}

    @property
    def kind(self) -> str:
        """The one type of all geometries."""
        return self.stored.geometry_type

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, if there is one."""
        end = self.offset + self.size
        return end if self.size and end < self.matched else None

    @property
    def has_gaps(self) -> bool:
        """Whether some have no place."""
        return any(row["geom"] is None for row in self.rows)

    @cached_property
    def _shapes(self) -> NDArray[Any]:
        return np.asarray(shapely.from_wkb([row["geom"] for row in self.rows]), object)

    def ids(self) -> list[str]:
        """The names of the records."""
        return [".".join(str(row[key]) for key in self.stored.keys) for row in self.rows]

    def times(self) -> list[tuple[date, date] | None]:
        """First and last day of each; None: it has none."""
        if self.stored.span is None:
            return [None] * self.size
        return [(row["first_day"], row["last_day"]) for row in self.rows]

    def values(self, name: str) -> list[Any]:
        """The values (rows) of a property; None: no value. Numbers are floats, however they are stored."""
        found = [row[name] for row in self.rows]
        if self.stored.columns[name].what.type != "number":
            return found
        return [None if value is None else float(value) for value in found]

    def shapes(self, crs: Crs, kind: str) -> NDArray[Any]:
        """The geometries (n) of a kind; None where a record has none."""
        placed = shapely.transform(self._shapes, crs.place)
        several = _SEVERAL.get(kind)
        return placed if several is None else np.array([_one(shape, several) for shape in placed], object)

    def geometries(self) -> list[Any]:
        """GeoJSON geometries."""
        placed = shapely.transform(self._shapes, self.crs.place)
        written = shapely.to_geojson(placed)
        return [None if text is None else orjson.Fragment(text) for text in np.atleast_1d(written).tolist()]

    def locations(self) -> list[str | None]:
        """The geometries as text (WKT) for tables."""
        return shapely.to_wkt(shapely.transform(self._shapes, self.crs.place), rounding_precision=7).tolist()

    def paths(self, crs: Crs) -> list[list[NDArray[np.float64]]]:
        """For each row its lines (v, 2) as a picture draws them."""
        return [
            list(map(shapely.get_coordinates, _lines(shape))) for shape in shapely.transform(self._shapes, crs.place)
        ]

    def strength(self) -> list[float]:
        """How strongly a picture fills each row."""
        return [0.5 if self.kind != "MultiLineString" else 0.0] * self.size

    def pieces(self, size: int) -> list[StoredPage]:
        """The same in pieces of at most so many rows."""
        return [replace(self, rows=self.rows[at : at + size]) for at in range(0, self.size, size)]


def _one(shape: Any, several: Any) -> Any:
    return several([shape]) if shape is not None and not shape.geom_type.startswith("Multi") else shape


def _lines(shape: Any) -> list[Any]:
    """Rings of polygons, lines and points alike."""
    parts = [] if shape is None else shapely.get_parts(shape).tolist()
    return [
        ring for part in parts for ring in ([part.exterior, *part.interiors] if hasattr(part, "exterior") else [part])
    ]
