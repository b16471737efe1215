"""What a collection of single records is: its columns, its order, where and when they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import sql

from hexwatch_schemas.windows import Window

from ..property import Property

Expression = sql.Composable
GEOM = sql.Identifier("geom")
_DIMENSIONS = {"Point": 0, "MultiLineString": 1, "MultiPolygon": 2}


@dataclass(frozen=True)
class Column:
    """A property and the expression that gives it."""

    what: Property
    expression: Expression


@dataclass(frozen=True)
class Stored:
    """One collection as its newest run left it."""

    id: str
    title: str
    kind: str
    columns: Mapping[str, Column]
    relation: Expression
    condition: Expression  # which rows of the relation are its own
    keys: tuple[str, ...]  # properties that together name a record
    order: Expression
    foremost: Expression  # the order in which a tile that cannot hold all takes them
    geometry_type: str
    geometry: Expression = field(default_factory=lambda: GEOM)
    span: tuple[Expression, Expression] | None = None  # first and last day of a record
    extent: Window | None = None
    bounds: tuple[float, float, float, float] = (-180.0, -90.0, 180.0, 90.0)
    release: int | None = None
    run: int = 0
    published_at: datetime | None = None
    attribution: str = ""
    licence: str = ""
    citation: str = ""
    synthetic: bool = False
    dataset: str = ""
    number: int = 0  # of the dataset
    description: str = ""
    minzoom: int = field(default=0, init=False)
    maxzoom: int = field(default=14, init=False)

    @property
    def properties(self) -> Mapping[str, Property]:
        """The properties in the order in which they are written."""
        return {name: column.what for name, column in self.columns.items()}

    @property
    def window(self) -> Window | None:
        """The days that are shown where none are asked for."""
        return self.extent

    @property
    def dimension(self) -> int:
        """Of its geometries: points, lines, polygons."""
        return _DIMENSIONS[self.geometry_type]

    @property
    def digest(self) -> str:
        """What its numbers depend on."""
        return f"release {self.release}, run {self.run}"


_SAMPLE = sql.SQL("md5(key)")  # of each place as many as it has its part in, the same ones at every zoom


def _text(title: str, description: str | None = None, role: str | None = None) -> Property:
    return Property(title, "string", description=description, role=role)


def _whole(title: str, unit: str | None = None, description: str | None = None) -> Property:
    return Property(title, "integer", unit, description)


_DAY = Property("Day", "string", format="date", role="primary-instant", description="First day, where there are more.")
_EVENTS = {
    "key": _text("Key", "As its source names the report.", "id"),
    "revision": _whole("Revision"),
    "day": _DAY,
    "days": _whole("Days", "d", "Over how many days it may have happened."),
    "day_precision": _text("Precision of the day"),
    "placement": _text(
        "Placement", "precise: a point; spread: over the cells of a support; unplaced: the country only."
    ),
    "precision": _text("Precision of the place", "How exactly the source knows it; only `exact` has a geometry."),
    "h3": _text("Cell", "H3 index of a precise report at the base resolution."),
    "country": _text("Country"),
    "adm1": _text("First-order unit"),
    "adm2": _text("Second-order unit"),
    "place": _text("Place"),
    "category": _text("Category"),
}
_TRACKS = {
    "key": _text("Track", role="id"),
    "day": _DAY,
    "mover": _text("Mover"),
    "patrol_type": _text("Type of patrol"),
    "strength": _whole("People"),
    "pings": _whole("Pings"),
    "kilometres": Property("Length of the way", "number", "km"),
    "hours": Property("Time spent", "number", "h"),
}
_AREAS = {"key": _text("Code", role="id"), "name": _text("Name"), "level": _text("Level"), "country": _text("Country")}


def from_row(row: Mapping[str, Any], measures: Iterable[Mapping[str, Any]]) -> Stored:
    """The collection of a row of `records.collections`; `measures` are the dataset's."""
    kind = row["kind"]
    make = {"events": _events, "tracks": _tracks, "areas": _areas}[kind]
    return make(row, [m for m in measures if m["dataset"] == row["number"]])


def _events(row: Mapping[str, Any], measures: Sequence[Mapping[str, Any]]) -> Stored:
    counted = {
        m["name"]: Column(
            Property(m["title"], "number", m["unit"]),
            sql.SQL("amounts[{}]::double precision / {}").format(m["position"], m["scale"]),
        )
        for m in measures
    }
    return Stored(
        id=f"{row['id']}_events", title=f"{row['title']}: reports", kind="events", columns=_columns(_EVENTS) | counted,
        relation=sql.Identifier("records", "event"), keys=("key",), order=sql.SQL("off_grid, key"),
        foremost=_SAMPLE, geometry_type="Point", span=(sql.Identifier("day"), sql.Identifier("day_to")), **_common(row),
        description="Reports. A report has a point only where its place is exact; the others have none, and say how "
        "exactly they are known.",
    )  # fmt: skip


def _tracks(row: Mapping[str, Any], _: Sequence[Mapping[str, Any]]) -> Stored:
    return Stored(
        id=f"{row['id']}_tracks", title=f"{row['title']}: tracks", kind="tracks", columns=_columns(_TRACKS),
        relation=sql.Identifier("records", "track"), keys=("key", "day"), order=sql.SQL("geom is null, key, day"),
        foremost=sql.SQL("kilometres desc nulls last, key, day"),
        geometry_type="MultiLineString", span=(sql.Identifier("day"), sql.Identifier("day")), **_common(row),
        description="Days of tracks: the way of each local day, simplified to ten metres; none where it only stood.",
    )  # fmt: skip


def _areas(row: Mapping[str, Any], _: Sequence[Mapping[str, Any]]) -> Stored:
    return Stored(
        id=f"{row['id']}_areas", title=row["title"], kind="areas", columns=_columns(_AREAS),
        relation=sql.Identifier("records", "area"), keys=("key",), order=sql.SQL("key"), geometry_type="MultiPolygon",
        foremost=sql.SQL("st_area(box2d(geom)) desc, key"), description="Administrative units and zones.",
        **_common(row),
    )  # fmt: skip


def _columns(found: Mapping[str, Property]) -> dict[str, Column]:
    return {name: Column(what, sql.Identifier(name)) for name, what in found.items()}


def _common(row: Mapping[str, Any]) -> dict[str, Any]:
    """Believed by the run that the release is of: what is published meanwhile mixes into no page."""
    mine = "dataset = {0} and run_from <= {1} and (run_to is null or run_to > {1})"
    said = {k: row[k] for k in ("release", "run", "published_at", "attribution", "licence", "citation", "synthetic")}
    west, south, east, north = row["bounds"] or (-180.0, -90.0, 180.0, 90.0)
    return said | {
        "condition": sql.SQL(mine).format(sql.Literal(row["number"]), sql.Literal(row["run"])),
        "dataset": row["id"],
        "number": row["number"],
        "bounds": (west, south, east, north),
        "extent": Window(row["data_from"], row["data_through"]) if row["data_from"] else None,
    }
