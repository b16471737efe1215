"""A mapping says, in data, how one file's columns become events; written in TOML, checked here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Generic, Self, TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pyproj import CRS
from pyproj.exceptions import CRSError

from hexwatch_schemas.errors import MappingError
from hexwatch_schemas.words import DatasetKind, DayPrecision, Precision

from .events import EVENT_SCHEMA, EVENTS, Measure, Origin
from .rules import RULES, Action

# One name, or several of which the first that the file has is taken (publishers rename columns).
Column = str | tuple[str, ...]
Word = TypeVar("Word")
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

# Geometry of GeoJSON, GeoPackage, Shapefile and GeoParquet is read as two more columns of this name.
GEOMETRY_X, GEOMETRY_Y = "geometry:x", "geometry:y"


class Model(BaseModel):
    """Strict and immutable: a misspelt key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


AnyMapping = TypeVar("AnyMapping", bound=Model)


class Coded(Model, Generic[Word]):
    """A word taken from a column of codes."""

    column: Column = Field(description="Column that holds the code.")
    codes: dict[str, Word] = Field(
        default={}, description="Code in the file = our word; blanks around a code do not count."
    )
    default: Word | None = Field(default=None, description="Word for codes that are not listed, and for empty cells.")


class Filled(Model, Generic[Word]):
    """A word told by which of several columns says something (neither empty nor 0)."""

    filled: dict[str, Word] = Field(description="Column = our word; the first filled column decides.")
    default: Word = Field(description="Word where none of them is filled.")


class FileShape(Model):
    """How to read the file itself; what is not said is recognised from its content."""

    encoding: str | None = Field(default=None, description="Text encoding; else BOM, UTF-8, then Windows-1252.")
    separator: str | None = Field(default=None, min_length=1, max_length=1, description="Character between cells.")
    quote: str = Field(
        default='"', max_length=1, description="Character around cells; empty where the file quotes nothing."
    )
    decimal: str = Field(default=".", min_length=1, max_length=1, description="Decimal mark of numbers.")
    names: tuple[str, ...] = Field(default=(), description="Column names of a file without a header row.")
    nothing: tuple[str, ...] = Field(default=(), description="Texts that mean an empty cell, such as NA or unknown.")
    layer: str | None = Field(default=None, description="Layer of a file that has several.")


class Key(Model):
    """What tells one event from another."""

    columns: tuple[str, ...] = Field(
        default=(), description="Column or columns of the id; none: a key made from the content."
    )
    revision: Column | None = Field(default=None, description="Whole number or time that grows with each correction.")


class When(Model):
    """Which days an event may have happened on."""

    start: Column | None = Field(default=None, description="Date, or first date.")
    end: Column | None = Field(default=None, description="Last date, included.")
    ongoing: bool = Field(
        default=False, description="Where `end` is empty it goes on: until the day of delivery, not for one day."
    )
    time: Column | None = Field(default=None, description="Time of day, where it stands in a column of its own.")
    year: Column | None = Field(default=None, description="Year, where the date is spread over columns.")
    month: Column | None = Field(default=None, description="Month as a number; empty: only the year is known.")
    day: Column | None = Field(default=None, description="Day of the month; empty: only the month is known.")
    formats: tuple[str, ...] = Field(
        default=("iso",), min_length=1, description="`iso`, `epoch` or strptime patterns, tried in turn."
    )
    zone: str | None = Field(default=None, description="IANA time zone of times without an offset.")
    precision: DayPrecision | Coded[DayPrecision] | Filled[DayPrecision] | None = Field(
        default=None, description="How exactly the day is known; else told by the dates themselves."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.start is None) == (self.year is None):
            raise ValueError("name either `start` or `year` (with `month` and `day` where the file has them)")
        if self.ongoing and self.end is None:
            raise ValueError("`ongoing` says what an empty `end` means: name its column")
        return self

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA time zone such as Africa/Bangui")
        return zone


class Where(Model):
    """Where an event happened, and how exactly that is known."""

    longitude: Column | None = Field(
        default=None, description="Longitude or easting; else the file's geometry, if any."
    )
    latitude: Column | None = Field(default=None, description="Latitude or northing; else the file's geometry, if any.")
    crs: str = Field(default="EPSG:4326", description="Reference system of the two columns, as pyproj knows it.")
    extent: tuple[float, float, float, float] | None = Field(
        default=None,
        description="West, south, east, north in degrees; points outside get a remark, swapped ones are found.",
    )
    precision: Precision | Coded[Precision] | Filled[Precision] = Field(
        default=Precision.EXACT, description="How exactly."
    )
    country: Column | None = None
    adm1: Column | None = None
    adm2: Column | None = None
    place: Column | None = None

    @field_validator("crs")
    @classmethod
    def _known_crs(cls, crs: str) -> str:
        try:
            CRS.from_user_input(crs)
        except CRSError as error:
            raise ValueError(f"{crs!r} is no reference system that PROJ knows, such as EPSG:32735") from error
        return crs


class MeasureColumn(Model):
    """An additive amount. Without a column the amount is 1 for each event."""

    name: Slug
    title: str
    unit: str
    scale: int = Field(default=1, ge=1, description="1: whole numbers; 10: tenths are kept, and so on.")
    column: Column | None = None
    per_day: bool = Field(default=False, description="The amount holds on each day: multiply by the days of the event.")
    where_missing: Column | None = Field(
        default=None, description="Count only events for which this column says nothing."
    )

    @field_validator("name")
    @classmethod
    def _free_name(cls, name: str) -> str:
        if name == EVENTS.name or name in EVENT_SCHEMA:
            raise ValueError(f"{name!r} is a word of the event table; choose another")
        return name

    @property
    def measure(self) -> Measure:
        """The measure as the catalogue shows it."""
        return Measure(self.name, self.title, self.unit, self.scale)


class Bounds(Model):
    """Names of measures that must keep low <= best <= high."""

    low: str
    best: str
    high: str


class Kept(Model):
    """A column that goes into an event's properties, with its codes written out."""

    column: Column
    name: str | None = Field(default=None, description="Name of the property; default: the column's.")
    codes: dict[str, str] = Field(default={}, description="Code = word; others stay as they are.")


class Mapping(Model):
    """How one kind of file becomes events."""

    title: str = ""
    kind: DatasetKind = DatasetKind.EVENTS
    origin: Origin | None = None
    file: FileShape = FileShape()
    key: Key = Key()
    when: When
    where: Where = Where()
    category: str | Coded[str] | Filled[str] = Field(
        default="event", description="One word for all events, or where it stands."
    )
    measures: tuple[MeasureColumn, ...] = ()
    bounds: Bounds | None = None
    keep: tuple[str | Kept, ...] = Field(
        default=(), description="Columns kept as properties. Keep what is needed, no more."
    )
    rules: dict[str, Action] = Field(default={}, description="Rules that this source needs to treat otherwise.")

    @field_validator("rules")
    @classmethod
    def _open_rules(cls, rules: dict[str, Action]) -> dict[str, Action]:
        for name in rules:
            if name not in RULES:
                raise ValueError(f"{name!r} is no rule; rules are {', '.join(RULES)}")
            if RULES[name].fixed:
                raise ValueError(f"rule {name!r} is fixed: such a row has no value that could be loaded")
        return rules

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        names = [measure.name for measure in self.measures]
        if len(set(names)) < len(names):
            raise ValueError("two measures have one name")
        for bound in (self.bounds.low, self.bounds.best, self.bounds.high) if self.bounds else ():
            if bound not in names:
                raise ValueError(f"bounds name the measure {bound!r}, which is not among {', '.join(names) or 'none'}")
        return self


def parse_mapping(text: str, name: str = "mapping", model: type[AnyMapping] = Mapping) -> AnyMapping:
    """Read a mapping from TOML text; MappingError tells which key is wrong."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name} is not valid TOML: {error}.") from error
    except ValidationError as error:
        raise MappingError(f"{name}: {_problems(error)}.", hint="docs/reference/mapping.md lists every key.") from error


def load_mapping(path: Path, model: type[AnyMapping] = Mapping) -> AnyMapping:
    """Read a mapping file."""
    try:
        return parse_mapping(path.read_text("utf-8"), str(path), model)
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} could not be read: {error}.") from error


def names_key(path: Path, key: str) -> bool:
    """Does a mapping file have this key at its top? One that cannot be read is left to `load_mapping` to tell."""
    try:
        return key in tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def mapping_schema() -> dict[str, Any]:
    """JSON Schema of a mapping file, for editors."""
    return Mapping.model_json_schema()


def _problems(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'mapping'}: {item['msg']}" for item in error.errors())
