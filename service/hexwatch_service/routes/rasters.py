"""Rasters: what there is, tiles, legends; the rest is TiTiler's, bound to the catalogue."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from hexwatch_schemas.errors import NotFound
from hexwatch_schemas.legend import as_svg

from ..answers import SHORT
from ..pictures.frame import Frame
from ..pictures.layers import of_raster, resource
from ..pictures.legends import as_png
from ..pictures.matrices import quad_frame, tile_frame
from ..rasters import Raster, RasterFile
from ..state import Held, State
from .answered import answered
from .parameters import NoQuery, Nothing

router = APIRouter(prefix="/rasters", tags=["rasters"])


class Time(Nothing):
    """Which files."""

    datetime: str | None = Field(None, max_length=80, description="When taken: a day, month, year, or first/last.")


TimeQuery = Annotated[Time, Query()]
QuadFrame = Annotated[Frame, Depends(quad_frame)]
SetFrame = Annotated[Frame, Depends(tile_frame)]


async def _raster(raster: str, state: Held) -> Raster:
    found = state.rasters.get(raster)
    if found is None:
        raise NotFound(f"There is no raster {raster[:60]!r}.", hint="See /rasters.")
    return found


TheRaster = Annotated[Raster, Depends(_raster)]


@router.get("")
async def rasters(state: Held, _: NoQuery) -> dict[str, Any]:
    """All rasters."""
    return {"rasters": [described(raster, state) for raster in state.rasters.values()]}


@router.get("/{raster}")
async def raster(raster: TheRaster, state: Held, _: NoQuery) -> dict[str, Any]:
    """One raster: its files, bands, statistics and colours."""
    return described(raster, state)


@router.get("/{raster}/tilejson.json")
async def tilejson(raster: TheRaster, state: Held, choice: TimeQuery) -> dict[str, Any]:
    """TileJSON 3.0 of its pictures."""
    raster.at(choice.datetime)
    shown = of_raster(state, raster)
    query = f"?datetime={choice.datetime}" if choice.datetime else ""
    return {
        "tilejson": "3.0.0", "name": raster.title, "version": f"{raster.release}.0.0", "scheme": "xyz",
        "attribution": raster.attribution,
        "tiles": [state.url(f"rasters/{raster.id}/tiles/{{z}}/{{x}}/{{y}}.png{query}")],
        "minzoom": 0, "maxzoom": shown.maxzoom, "bounds": list(shown.around),
    }  # fmt: skip


@router.get("/{raster}/tiles/{z}/{x}/{y}.{ending}", response_class=Response)
async def tile(
    raster: TheRaster, frame: QuadFrame, ending: str, request: Request, state: Held, choice: TimeQuery
) -> Response:
    """A web mercator tile as png, webp or jpg; transparent where the raster has nothing."""
    raster.at(choice.datetime)
    return await answered(request, state, resource(state, of_raster(state, raster), frame, choice.datetime, ending))


@router.get("/{raster}/tiles/{matrices}/{z}/{x}/{y}.{ending}", response_class=Response)
async def tile_of_set(
    raster: TheRaster, frame: SetFrame, ending: str, request: Request, state: Held, choice: TimeQuery
) -> Response:
    """A tile of any of the tile matrix sets of OGC 17-083r4."""
    return await tile(raster, frame, ending, request, state, choice)


@router.get("/{raster}/legend.{ending}", response_class=Response)
async def legend(raster: TheRaster, ending: str, state: Held, _: NoQuery) -> Response:
    """The colours of values, as json, svg or png."""
    found = await of_raster(state, raster).legend(None, None)
    if ending == "json":
        return JSONResponse(found, headers={"cache-control": SHORT})
    if ending not in ("svg", "png"):
        raise NotFound(f"There is no {ending[:10]!r} legend.", hint="There are json, svg and png.")
    body = as_png(found) if ending == "png" else as_svg(found).encode()
    media = "image/png" if ending == "png" else "image/svg+xml"
    return Response(body, media_type=media, headers={"cache-control": SHORT})


def described(raster: Raster, state: State) -> dict[str, Any]:
    """Everything a client needs to add and to cite the raster."""
    here = f"rasters/{raster.id}"
    links = {
        "self": here, "tilejson": f"{here}/tilejson.json", "legend": f"{here}/legend.json",
        "wmts": "wmts", "wms": "wms",
        "tiles": f"{here}/tiles/{{z}}/{{x}}/{{y}}.png", "info": f"{here}/info", "statistics": f"{here}/statistics",
        "histogram": f"{here}/histogram",
        "preview": f"{here}/preview.png", "point": f"{here}/point/{{lon}},{{lat}}",
        "part": f"{here}/bbox/{{minx}},{{miny}},{{maxx}},{{maxy}}.tif",
    }  # fmt: skip
    same = ("id", "title", "synthetic", "release", "digest", "attribution", "licence", "citation")
    return {
        **{name: getattr(raster, name) for name in same},
        "as_of": raster.published_at,
        "bounds": list(raster.bounds),
        "maxzoom": raster.maxzoom,
        "times": list(raster.times),
        "files": [_file(f) for f in raster.files],
        "links": [{"rel": rel, "href": state.url(path)} for rel, path in links.items()],
    }


def _file(file: RasterFile) -> dict[str, Any]:
    same = ("key", "crs", "width", "height", "resolution", "dtype", "nodata", "bands", "rendering")
    taken = [file.taken.first, file.taken.last] if file.taken else None
    return {**{n: getattr(file, n) for n in same}, "class": file.klass, "bounds": list(file.bounds), "taken": taken}
