"""TiTiler's endpoints over the catalogue: a raster is named by its id, and nothing else can be named."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import Depends, FastAPI, Query, Request, Response
from morecantile import TileMatrixSet
from rasterio.errors import RasterioError
from rio_tiler.errors import PointOutsideBounds, RioTilerError, TileOutsideBounds
from rio_tiler.io import Reader
from starlette.types import Scope
from titiler.core.dependencies import ColorMapParams, DefaultDependency, ImageRenderingParams, PartFeatureParams
from titiler.core.dependencies import PreviewParams as Preview
from titiler.core.factory import TilerFactory
from titiler.core.resources.responses import JSONResponse

from hexwatch_schemas.errors import NotFound, UsageError

from .. import failures
from ..rasters import Raster, RasterFile
from .cogs import table_of
from .mosaic import reading
from .opened import OpenFiles

USUAL = 1024  # pixels a side where nobody says how many
MOST_BINS = 256
MOST_OUTLINES = 50  # that are read in turn for one request
_VALUES = {"tif", "npy"}  # formats that carry values, not colours


@dataclass(frozen=True)
class Source:
    """What a request may read: files of a raster, newest first."""

    files: tuple[RasterFile, ...]
    opened: OpenFiles

    @property
    def file(self) -> RasterFile:
        """The newest, whose bands and colours are the layer's."""
        return self.files[0]


@dataclass
class Bands(DefaultDependency):
    """By number; no expressions, which can be made as costly as anybody likes."""

    indexes: tuple[int, ...]


@dataclass
class Part(PartFeatureParams):
    """As large as is usual where nobody says."""

    def __post_init__(self) -> None:
        self.max_size = None if self.width or self.height else self.max_size or USUAL


@contextmanager
def _reader(source: Source, tms: TileMatrixSet | None = None) -> Iterator[Reader]:
    """As TiTiler asks for it."""
    with reading(source.opened, source.files, tms) as reader:
        yield reader


def _source(request: Request, raster: str, datetime: Annotated[str | None, Query(max_length=80)] = None) -> Source:
    held = request.app.state
    found = held.rasters(request.scope).get(raster)
    if found is None:
        raise NotFound(f"There is no raster {raster[:60]!r}.", hint="See /rasters.")
    place = [request.path_params.get(name, "0") for name in ("lon", "lat", "minx", "miny", "maxx", "maxy")]
    if not all(map(_is_number, place)):
        raise UsageError("A coordinate is no number.")
    return Source(found.at(datetime), held.opened)


def _bands(of: Annotated[Source, Depends(_source)], bidx: Annotated[list[int] | None, Query()] = None) -> Bands:
    known = [b["index"] for b in of.file.bands]
    if bidx and not set(bidx) <= set(known):
        raise UsageError("bidx: there is no such band.", hint=f"There are {', '.join(map(str, known))}.")
    return Bands(tuple(bidx or of.file.rendering["indexes"]))


def _colours(
    request: Request,
    of: Annotated[Source, Depends(_source)],
    asked: Annotated[Any, Depends(ColorMapParams)],
    bidx: Annotated[list[int] | None, Query()] = None,
) -> Any:
    known = None if bidx or _carries_values(request) else table_of(of.file.rendering)
    return asked or known


def _rendering(
    request: Request,
    of: Annotated[Source, Depends(_source)],
    asked: Annotated[ImageRenderingParams, Depends()],
    bidx: Annotated[list[int] | None, Query()] = None,
) -> ImageRenderingParams:
    if asked.rescale is None and not bidx and not _carries_values(request):
        asked.rescale = of.file.rendering.get("rescale")
    return asked


def application(rasters: Callable[[Scope], Mapping[str, Raster]], opened: OpenFiles) -> FastAPI:
    """The application that answers below /rasters/{raster}: info, statistics, point, preview, bbox, feature, tiles."""

    factory = TilerFactory(
        router_prefix="/{raster}", reader=_reader, path_dependency=_source, layer_dependency=_bands,  # pyright: ignore[reportArgumentType]
        render_dependency=_rendering, colormap_dependency=_colours, img_preview_dependency=Preview,  # pyright: ignore[reportArgumentType]
        img_part_dependency=Part, process_dependency=_no_algorithm, add_viewer=False,
    )  # fmt: skip
    app = FastAPI(title="Hexwatch rasters", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.rasters, app.state.opened = rasters, opened
    options = {"default_response_class": JSONResponse, "dependencies": [Depends(_few_features)]}
    app.include_router(factory.router, prefix="/{raster}", **options)
    app.add_api_route("/{raster}/histogram", _histogram, response_class=JSONResponse)
    failures.register(app)
    outside = {TileOutsideBounds: 404, PointOutsideBounds: 404}
    for kind, status in {
        RioTilerError: 400,
        RasterioError: 400,
        AssertionError: 400,
        ValueError: 400,
        **outside,
    }.items():
        app.add_exception_handler(kind, _worded(status))
    return app


async def _few_features(request: Request) -> None:
    """Raises UsageError where so many outlines are posted that reading them would keep others waiting."""
    if request.method == "POST" and (await request.body()).count(b'"geometry"') > MOST_OUTLINES:
        raise UsageError(f"More than {MOST_OUTLINES} outlines.", hint="Post fewer at once.")


def _histogram(
    of: Annotated[Source, Depends(_source)],
    chosen: Annotated[Bands, Depends(_bands)],
    bins: Annotated[int, Query(ge=1, le=MOST_BINS)] = 32,
) -> dict[str, Any]:
    """How often values occur, by band: counts in `bins` classes of one width, and their edges; of a preview."""
    with _reader(of) as reader:
        image = reader.preview(indexes=chosen.indexes, max_size=USUAL)
    told = {band["index"]: band for band in of.file.bands}
    counted = (_counted(band, bins) for band in image.array)
    bands = [
        {"name": told[i]["name"], "unit": told[i]["unit"], **found}
        for i, found in zip(chosen.indexes, counted, strict=True)
    ]
    return {"pixels": [image.width, image.height], "bands": bands}


def _counted(values: np.ma.MaskedArray, bins: int) -> dict[str, Any]:
    there = values.compressed().astype(np.float64)
    counts, edges = np.histogram(there[np.isfinite(there)], bins)
    return {"counts": counts.tolist(), "edges": edges.tolist()}


def _no_algorithm() -> None:
    """Nothing is computed of what is read."""


def _carries_values(request: Request) -> bool:
    return request.path_params.get("format") in _VALUES


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _worded(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The answer to what the library refuses; its own words may name a file, so they are not passed on."""

    async def answer(_: Request, error: Exception) -> Response:
        said = "Nothing of the raster is there." if status == 404 else f"This cannot be read ({type(error).__name__})."
        return failures.failure(status, said)

    return answer
