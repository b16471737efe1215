"""Query parameters that routes share; one that is not among them is an error, so that a typo changes no number."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from hexwatch_schemas.windows import Step


class Nothing(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


class Choice(Nothing):
    """Which days and which categories."""

    datetime: str | None = Field(
        None, max_length=80, description="A day, month, year, instant, or first/last with .. for an open end."
    )
    category: str | None = Field(None, max_length=2000, description="Categories, separated by commas.")

    @property
    def query(self) -> str:
        """As it stands in an address, for links that keep the choice."""
        chosen = self.model_dump(include={"datetime", "category", "against"}, exclude_none=True)
        return urlencode(chosen, safe="/,.:")


class ComparedChoice(Choice):
    """Also since when the change is asked for."""

    against: str | None = Field(
        None,
        max_length=80,
        description="Another window: each number is then the change since it; none where either is unknown.",
    )


class TileChoice(ComparedChoice):
    """Also which columns, and how fine."""

    cols: str | None = Field(None, max_length=500, description="Indicators to put into the tile, separated by commas.")
    resolution: int | None = Field(None, ge=1, le=15, description="H3 resolution of the cells; default: by zoom.")


class CellChoice(TileChoice):
    """The same of one cell's children."""

    resolution: int | None = Field(None, ge=0, le=15, description="H3 resolution of the cells; default: four below.")


class StepChoice(Choice):
    """Also how long a period is."""

    step: Step | None = Field(
        None, description="day, week (from Monday), month or year; default: by the window's length."
    )


class SeriesChoice(StepChoice):
    """Also which cell alone."""

    cell: str | None = Field(None, max_length=15, description="An H3 cell; default: the whole layer.")


class CoverageChoice(Choice):
    """Also by whom it is weighed."""

    people: str | None = Field(None, max_length=63, description="A layer of population: tell also whom it reached.")


class StyleChoice(ComparedChoice):
    """Also which window the classes are made of."""

    scale: str | None = Field(
        None,
        max_length=80,
        description="A window whose classes are drawn, so that several windows compare; default: `datetime` itself.",
    )
    ground: Literal["light", "dark"] = Field(
        "light", description="What lies below: on a dark ground the strongest change is the brightest."
    )


class LegendChoice(StyleChoice):
    """Also which zoom."""

    zoom: float | None = Field(
        None, ge=0, le=30, description="The map's zoom: classes belong to the resolution drawn there."
    )


class DiffChoice(Nothing):
    """Two releases."""

    earlier: str = Field(alias="from", max_length=40, description="Release, or a time such as 2024-03-01T00:00:00Z.")
    later: str = Field(alias="to", max_length=40, description="Another one.")
    limit: int = Field(1000, ge=1, le=10_000, description="How many records, and how many cells, at most.")


DiffQuery = Annotated[DiffChoice, Query()]
NoQuery = Annotated[Nothing, Query()]
ComparedQuery = Annotated[ComparedChoice, Query()]
ChoiceQuery = Annotated[Choice, Query()]
TileQuery = Annotated[TileChoice, Query()]
CellQuery = Annotated[CellChoice, Query()]
CoverageQuery = Annotated[CoverageChoice, Query()]
StepQuery = Annotated[StepChoice, Query()]
SeriesQuery = Annotated[SeriesChoice, Query()]
StyleQuery = Annotated[StyleChoice, Query()]
LegendQuery = Annotated[LegendChoice, Query()]
