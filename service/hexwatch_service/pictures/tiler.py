"""TiTiler's endpoints over the catalogue: a raster is named by its id, and nothing else can be named."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, cast

from affine import Affine
from fastapi import Depends, FastAPI, Query, Request, Response
from morecantile import TileMatrixSet
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds
from rio_tiler.constants import WGS84_CRS
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
from .opened import OpenFiles

MOST_PIXELS = 20_000_000  # of the file's own size
USUAL = 1024  # pixels a side where nobody says how many
_VALUES = {"tif", "npy"}  # formats that carry values, not colours


@dataclass(frozen=True)
class Source:
    """What a request may read: one file of a raster."""

    file: RasterFile
    opened: OpenFiles


@dataclass
class Bands(DefaultDependency):
    """By number; no expressions, which can be made as costly as anybody likes."""

    indexes: tuple[int, ...]


@dataclass
class Part(PartFeatureParams):
    """As large as is usual where nobody says."""

    def __post_init__(self) -> None:
        self.max_size = None if self.width or self.height else self.max_size or USUAL


class BoundedReader(Reader):
    """rio-tiler's reader, which lays a grid of the file's own pixels over what it is asked for: a limit on that."""

    def part(self, bbox: Any, dst_crs: Any = None, bounds_crs: Any = WGS84_CRS, **how: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The part. Raises UsageError where it is too large."""
        west, south, east, north = transform_bounds(bounds_crs, self.crs, *bbox, densify_pts=21)
        grid, size = cast("Affine", self.transform), cast("int", self.width) * cast("int", self.height)
        pixel = abs(grid.a * grid.e) or math.inf
        asked = (east - west) * (north - south) / pixel
        if not 0 <= asked <= max(MOST_PIXELS, 4 * size):
            raise UsageError("The part is far too large.", hint="Ask for a smaller one, or for tiles.")
        return super().part(bbox, dst_crs=dst_crs, bounds_crs=bounds_crs, **how)


@contextmanager
def _reader(source: Source, tms: TileMatrixSet | None = None) -> Iterator[Reader]:
    """rio-tiler's reader over a file that stays open."""
    with source.opened.reader(source.file, BoundedReader) as reader:
        if tms is not None:
            reader.tms = tms
        yield reader


def _source(request: Request, raster: str, datetime: Annotated[str | None, Query(max_length=80)] = None) -> Source:
    held = request.app.state
    found = held.rasters(request.scope).get(raster)
    if found is None:
        raise NotFound(f"There is no raster {raster[:60]!r}.", hint="See /rasters.")
    return Source(_chosen(found.at(datetime), request.path_params), held.opened)


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
    app.include_router(factory.router, prefix="/{raster}", default_response_class=JSONResponse)
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


def _no_algorithm() -> None:
    """Nothing is computed of what is read."""


def _carries_values(request: Request) -> bool:
    return request.path_params.get("format") in _VALUES


def _chosen(files: tuple[RasterFile, ...], place: Mapping[str, Any]) -> RasterFile:
    """The newest file at the place that an address names, or else the newest."""
    try:
        x, y = (float(place[n]) for n in (("lon", "lat") if "lon" in place else ("minx", "miny")))
        right, top = (float(place[n]) for n in (("lon", "lat") if "lon" in place else ("maxx", "maxy")))
    except (KeyError, ValueError):
        return files[0]
    if not all(map(math.isfinite, (x, y, right, top))):
        raise UsageError("A coordinate is no number.")

    def touches(file: RasterFile) -> bool:
        west, south, east, north = file.bounds
        return (west > east or (right >= west and x <= east)) and top >= south and y <= north

    return next(filter(touches, files), files[0])


def _worded(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The answer to what the library refuses; its own words may name a file, so they are not passed on."""

    async def answer(_: Request, error: Exception) -> Response:
        said = "Nothing of the raster is there." if status == 404 else f"This cannot be read ({type(error).__name__})."
        return failures.failure(status, said)

    return answer
