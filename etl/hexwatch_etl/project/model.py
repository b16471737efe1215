"""What a project file may say; its JSON Schema is docs/reference/project.schema.json."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from croniter import croniter
from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from hexwatch_schemas.words import Audience, DatasetKind

from ..mapping import Model

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

UCDP = "https://ucdpapi.pcr.uu.se/api"
ACLED = "https://acleddata.com/api"


class Files(Model):
    """Files on this machine; one that was loaded before is not loaded again unless its content changed."""

    files: str = Field(min_length=1, description="Glob, relative to the project file: incoming/*.csv")


class Asked(Model):
    """How a service on the web is asked."""

    per_second: float = Field(default=2.0, gt=0, le=100, description="Requests a second, at most.")
    attempts: int = Field(default=6, ge=1, le=20, description="Times that a request is tried.")
    token_env: EnvironmentName | None = Field(
        default=None, description="Environment variable that holds the token; secrets never stand in this file."
    )
    allow_empty: bool = Field(default=False, description="An answer without rows is no failure: nothing happened.")


class Pages(Model):
    """How the rows of a JSON service are spread over pages."""

    rows: str = Field(description="Where the rows are in an answer: data, or result.items")
    total: str | None = Field(default=None, description="Where the number of all rows is: meta.total")
    page: str = Field(default="page", description="Parameter that numbers pages.")
    first: int = Field(default=1, ge=0, description="Number of the first page.")
    size: str | None = Field(default=None, description="Parameter of the size of a page.")
    rows_a_page: int = Field(default=1000, ge=1, le=100_000, description="Rows that a full page has.")


class Web(Asked):
    """A file on the web, or rows in pages. `{first}` and `{last}` are replaced by the days of the window."""

    url: str = Field(pattern=r"^https?://", description="Address of the file or of the rows.")
    token_header: str = Field(default="Authorization", description="Header that carries the token.")
    pages: Pages | None = Field(default=None, description="Where rows come in pages; unset: the address is a file.")


class Bucket(Model):
    """Objects in a bucket (extra `buckets`); credentials come from the environment, as the cloud's tools have them."""

    bucket: str = Field(pattern=r"^(s3|gs|az|file|memory)://", description="Bucket and folder: s3://reports/daily")
    matching: str = Field(default="*", description="Glob over the names of objects.")


class Query(Model):
    """A query of another PostgreSQL database; `%(first)s` and `%(last)s` are the days of the window."""

    query: str = Field(min_length=1, description="SELECT whose rows are those of a file.")
    database_env: EnvironmentName = Field(description="Environment variable that holds the connection string.")
    minutes: float = Field(default=10, gt=0, description="Time that the query may take.")
    allow_empty: bool = Field(default=False, description="No rows are no failure: nothing happened.")


class Ucdp(Asked):
    """UCDP GED by its API, in pages, by window."""

    api: Literal["ucdp"] = Field(description="Which API.")
    version: str = Field(description="Version of the dataset, such as 25.1 or, of candidates, 25.0.6.")
    url: str = Field(default=UCDP, pattern=r"^https?://", description="Address of the API.")
    country: tuple[int, ...] = Field(default=(), description="Gleditsch and Ward numbers; none: all.")
    rows_a_page: int = Field(default=1000, ge=1, le=1000, description="Rows asked for at once.")


class Acled(Asked):
    """ACLED by its API: what was added, changed or deleted since the last time."""

    api: Literal["acled"] = Field(description="Which API.")
    url: str = Field(default=ACLED, pattern=r"^https?://", description="Address of the API.")
    country: tuple[str, ...] = Field(default=(), description="Countries by ACLED's names; none: all.")
    rows_a_page: int = Field(default=5000, ge=1, le=5000, description="Rows asked for at once.")
    token_env: EnvironmentName | None = Field(default="ACLED_TOKEN", description="Variable of the access token.")


def _which(said: Any) -> str | None:
    if not isinstance(said, dict):
        return None
    if said.get("api") in ("ucdp", "acled"):
        return said["api"]
    return next((word for word in ("files", "url", "bucket", "query") if word in said), None)


Origin = Annotated[
    Annotated[Files, Tag("files")]
    | Annotated[Web, Tag("url")]
    | Annotated[Bucket, Tag("bucket")]
    | Annotated[Query, Tag("query")]
    | Annotated[Ucdp, Tag("ucdp")]
    | Annotated[Acled, Tag("acled")],
    Discriminator(
        _which,
        custom_error_type="origin",
        custom_error_message="name one of: files, url, bucket, query, or api = 'ucdp' or 'acled'",
    ),
]


class Schedule(Model):
    """When a dataset is loaded by itself."""

    cron: str = Field(description="Minute, hour, day, month, weekday, in UTC; a sixth field is seconds.")
    start: date | None = Field(default=None, description="First day that is wanted, of sources that are asked by days.")
    days: int = Field(default=1, ge=1, le=3660, description="Days that one load asks for.")
    delay_days: int = Field(default=1, ge=0, description="Days after which a day counts as complete at the source.")
    lag_days: int = Field(default=0, ge=0, description="Days before the window that are read again, for late rows.")
    until: date | None = Field(default=None, description="Last day that is wanted.")
    catch_up: bool = Field(default=True, description="Load one window after another until none is due.")
    deadline_minutes: float = Field(default=60, gt=0, description="Time that one load may take.")
    stale_after_hours: float | None = Field(default=None, gt=0, description="From then on the layer is stale.")

    @field_validator("cron")
    @classmethod
    def _known_cron(cls, cron: str) -> str:
        if not croniter.is_valid(cron):
            raise ValueError(f"{cron!r} is no schedule such as 15 2 * * *")
        return cron

    @property
    def deadline(self) -> timedelta:
        """Time that one load may take."""
        return timedelta(minutes=self.deadline_minutes)


class Retention(Model):
    """What goes after how many days; without a number it stays. Published numbers never go."""

    releases_days: int | None = Field(
        default=None, ge=1, description="Days for which earlier releases can be told (as_of, diff)."
    )
    refused_days: int | None = Field(default=None, ge=1, description="Days that refused rows and remarks are kept.")
    pings_days: int | None = Field(
        default=None, ge=7, description="Of tracks: days back from today whose pings stay in the lake."
    )


class DeclaredDataset(Model):
    """A dataset, where it comes from, and what is said of it."""

    title: str | None = Field(default=None, description="Title that people read.")
    kind: DatasetKind = Field(default=DatasetKind.EVENTS, description="What it holds.")
    attribution: str | None = Field(default=None, description="Who must be named wherever it is shown.")
    licence: str | None = Field(default=None, description="Under what terms it may be used.")
    citation: str | None = Field(default=None, description="How to cite it.")
    resolution: int | None = Field(default=None, ge=1, le=15, description="Finest H3 resolution.")
    areas: Name | None = Field(default=None, description="Dataset of areas that carries reports known to a province.")
    threshold: float | None = Field(default=None, ge=0, le=1, description="Share of refused rows that stops a load.")
    audience: Audience | None = Field(default=None, description="Who may read it; unset: as somebody said, or nobody.")
    synthetic: bool = Field(default=False, description="Made-up data: said wherever it is shown.")
    source: str | None = Field(default=None, description="Source to read with (hexwatch sources); unset: recognised.")
    mapping: str | None = Field(default=None, description="Mapping (TOML), relative to the project file.")
    replace: bool = Field(default=False, description="A delivery is the whole dataset: what it lacks was deleted.")
    replace_days: bool = Field(default=False, description="Of tracks: deliveries are all there is of their days.")
    zone: str | None = Field(default=None, description="Of tracks: IANA zone whose midnights part the days.")
    level: str | None = Field(default=None, description="Of areas: adm0, adm1, adm2 or zone.")
    key: str | None = Field(default=None, description="Of areas: column of their codes.")
    name: str | None = Field(default=None, description="Of areas: column of their names.")
    country: str | None = Field(default=None, description="Of areas: column of their countries.")
    origin: Origin | None = Field(default=None, alias="from", description="Where it comes from.")
    schedule: Schedule | None = Field(default=None, description="When it is loaded by itself.")
    retention: Retention = Field(default_factory=Retention, description="Where it is otherwise than that of the file.")

    @model_validator(mode="after")
    def _areas_have_a_level(self) -> Self:
        if self.kind is DatasetKind.AREAS and self.level is None:
            raise ValueError("areas need a `level`: adm0, adm1, adm2 or zone")
        if self.schedule and not self.origin:
            raise ValueError("a schedule needs a `from`: where should it be loaded from?")
        if self.by_days and self.schedule and self.schedule.start is None:
            raise ValueError("this source is asked by days: its schedule needs a `start`")
        return self

    @property
    def by_days(self) -> bool:
        """Whether the source is asked for a window of days."""
        origin = self.origin
        text = origin.url if isinstance(origin, Web) else origin.query if isinstance(origin, Query) else ""
        return isinstance(origin, Ucdp) or any(mark in text for mark in ("{first}", "{last}", "%(first)s", "%(last)s"))


class DeclaredLayer(Model):
    """A layer over several datasets, as `hexwatch layer` makes it."""

    of: Name = Field(description="Dataset whose numbers are shown.")
    effort: Name | None = Field(default=None, description="Dataset that says where somebody looked.")
    access: str | None = Field(default=None, description="Dataset, or DATASET:CATEGORY,…, of who could not go.")
    required: str | None = Field(default=None, description="Areas, or DATASET:KEY,…, that should be visited.")
    population: Name | None = Field(default=None, description="Dataset that says how many people live where.")
    title: str | None = Field(default=None, description="Title that people read.")


class Project(Model):
    """A whole project file."""

    title: str = Field(default="", description="What the project is called.")
    webhook_env: EnvironmentName | None = Field(
        default=None, description="Environment variable of an address that is told of failures and staleness."
    )
    datasets: dict[Name, DeclaredDataset] = Field(default={}, description="By name: lower case, digits, hyphens.")
    layers: dict[Name, DeclaredLayer] = Field(default={}, description="By name: layers over several datasets.")
    retention: Retention = Field(
        default_factory=Retention, description="What expires of every dataset (hexwatch expire)."
    )

    @property
    def expires(self) -> bool:
        """Is there anything that is kept for some days only?"""
        return any(
            day for name in self.datasets for day in vars(self.kept(name)).values()
        )  # none: None, and days are above zero

    def kept(self, dataset: str) -> Retention:
        """What expires of a dataset: what it says itself goes before what the file says."""
        own = self.datasets[dataset].retention.model_dump(exclude_none=True)
        return Retention.model_validate({**self.retention.model_dump(), **own})

    @model_validator(mode="after")
    def _names_are_there(self) -> Self:
        for name, dataset in self.datasets.items():
            if dataset.areas and dataset.areas not in self.datasets:
                raise ValueError(f"datasets.{name}: areas = {dataset.areas!r} is no dataset of this file")
        for name, layer in self.layers.items():
            for word in (layer.of, layer.effort, layer.access, layer.required, layer.population):
                if word and word.partition(":")[0] not in self.datasets:
                    raise ValueError(f"layers.{name}: {word.partition(':')[0]!r} is no dataset of this file")
        return self
