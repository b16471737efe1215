"""What `hexwatch load` can be told: of everything, of reports, of tracks and of areas."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hexwatch_schemas import words

from .rasters.said import Meaning

_AREAS = "Only with --kind areas"
_REPORTS = "Only for reports"
_TRACKS = "Only for tracks"
_RASTERS = "Only for rasters (GeoTIFF)"


class Kind(StrEnum):
    """What can be loaded."""

    EVENTS = "events"
    TRACKS = "tracks"
    AREAS = "areas"
    RASTER = "raster"


# Of everything.
Name = Annotated[str, typer.Argument(help="Name of the dataset (lower case, digits, hyphens); made if it is new.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="One or more files of the same source.")]
Source = Annotated[
    str | None, typer.Option(help="Source to read them with; unset: looked at and guessed (hexwatch sources).")
]
MappingFile = Annotated[
    Path | None, typer.Option(help="Mapping (TOML) of reports or of pings; see hexwatch inspect --save.")
]
KindOf = Annotated[
    Kind,
    typer.Option(help="What the file holds; standing posts count as events, known tracks and rasters are found out."),
]
Title = Annotated[str | None, typer.Option(help="Title that people read.")]
Attribution = Annotated[str | None, typer.Option(help="Who must be named wherever it is shown.")]
Licence = Annotated[str | None, typer.Option(help="Under what terms it may be used.")]
Resolution = Annotated[
    int | None, typer.Option(min=1, max=15, help="Finest H3 resolution; default 7 (about 5 km2 a cell).")
]
Delivered = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Day the files were received; later dates are the future."),
]
Replace = Annotated[bool, typer.Option("--replace", help="The files are the whole dataset: close what they lack.")]
Threshold = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Share of refused rows above which nothing is published; default 0.01."),
]
Synthetic = Annotated[bool, typer.Option("--synthetic", help="Made-up data: say so wherever it is shown.")]
Audience = Annotated[
    words.Audience | None,
    typer.Option(help="Who may see what is made of it; unset: nobody, until `hexwatch classify` says."),
]
PixelValues = Annotated[
    Meaning | None,
    typer.Option(
        "--values",
        help="Put the pixels into hexagons: they count things, are a density per km2, or are averaged.",
        rich_help_panel=_RASTERS,
    ),
]
Class = Annotated[
    str | None,
    typer.Option(
        "--class",
        help="population, elevation, imagery, index, thematic or continuous; chooses colours; unset: guessed.",
        rich_help_panel=_RASTERS,
    ),
]
Captured = Annotated[
    str | None,
    typer.Option(
        help="When they were taken: a day, month, year, moment or first/last; unset: as tags or names say.",
        rich_help_panel=_RASTERS,
    ),
]
Unit = Annotated[str | None, typer.Option(help="Unit of the values.", rich_help_panel=_RASTERS)]
NoData = Annotated[
    float | None,
    typer.Option(help="Value that means nothing, where the file does not say so.", rich_help_panel=_RASTERS),
]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON on stdout, errors as JSON on stderr.")]

# Of reports.
Areas = Annotated[
    str | None,
    typer.Option(help="Dataset of areas that carries reports known only to a province.", rich_help_panel=_REPORTS),
]

# Of tracks.
Zone = Annotated[
    str | None,
    typer.Option(help="IANA zone whose midnights part the days, such as Africa/Nairobi.", rich_help_panel=_TRACKS),
]
ReplaceDays = Annotated[
    bool,
    typer.Option(
        "--replace-days",
        help="The files correct days: they are all there is of them, not an addition to what is known.",
        rich_help_panel=_TRACKS,
    ),
]
Executor = Annotated[
    str,
    typer.Option(help="Where tracks are cut: here, process, process:N or dask://HOST:PORT.", rich_help_panel=_TRACKS),
]

# Of areas.
Key = Annotated[str | None, typer.Option(help="Column of the areas' codes.", rich_help_panel=_AREAS)]
AreaName = Annotated[str | None, typer.Option("--name", help="Column of their names.", rich_help_panel=_AREAS)]
Level = Annotated[str | None, typer.Option(help="adm0, adm1, adm2 or zone.", rich_help_panel=_AREAS)]
Country = Annotated[str | None, typer.Option(help="Column of their countries.", rich_help_panel=_AREAS)]
Layer = Annotated[str | None, typer.Option(help="Layer of a GeoPackage that has several.", rich_help_panel=_AREAS)]
