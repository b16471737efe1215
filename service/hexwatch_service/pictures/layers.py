"""What clients of pictures add to a map: each raster, and each indicator of each hexagon layer."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import h3.api.basic_int as h3
import numpy as np

from hexwatch_schemas import legend as legends
from hexwatch_schemas.errors import NotFound

from ..answers import SHORT, Resource
from ..asked import asked
from ..catalogue import Layer
from ..rasters import Bounds, Raster
from ..routes.layers import cell_json
from ..state import State
from .frame import Frame
from .image import MEDIA, Pixels, encode

STEPS = 6  # colours of a raster's legend


@dataclass(frozen=True)
class Picture:
    """One layer of pictures; of a hexagon layer each indicator is one."""

    id: str
    title: str
    abstract: str
    attribution: str
    bounds: Bounds
    maxzoom: int
    times: tuple[str, ...]
    time: str | None  # where none is asked for; None: everything there is
    version: tuple[object, ...]  # another release has another
    draw: Callable[[Frame, str | None], Awaitable[Pixels]]
    legend: Callable[[str | None, int | None], Awaitable[dict[str, Any]]]
    about: Callable[[float, float, str | None, int], Awaitable[dict[str, Any]]]  # the values at a place
    layer: Layer | None = None

    async def drawn(self, frame: Frame, datetime: str | None) -> Pixels:
        """A frame's pixels (height, width, 4), also of one that passes 180°."""
        turns = [(columns, await self.draw(one, datetime)) for columns, one in frame.turns()]
        if len(turns) == 1 and turns[0][1].shape[1] == frame.width:
            return turns[0][1]
        picture = np.zeros((frame.height, frame.width, 4), np.uint8)
        for columns, pixels in turns:
            picture[:, columns] = pixels
        return picture

    @property
    def around(self) -> Bounds:
        """Bounds for clients that know no antimeridian."""
        west, south, east, north = self.bounds
        return (west, south, east, north) if west <= east else (-180.0, south, 180.0, north)


def pictures(state: State) -> dict[str, Picture]:
    """All of them, by id; rasters first."""
    rasters = (of_raster(state, raster) for raster in state.rasters.values())
    return {p.id: p for p in (*rasters, *_of_layers(state))}


def picture(state: State, name: str) -> Picture:
    """One of them. Raises NotFound."""
    found = pictures(state).get(name)
    if found is None:
        raise NotFound(f"There is no picture layer {name[:80]!r}.", hint="See /wmts for all.")
    return found


def resource(state: State, shown: Picture, frame: Frame, datetime: str | None, ending: str = "png") -> Resource:
    """A picture as an answer that caches understand. Raises UsageError."""
    frame.checked()

    async def make() -> bytes:
        pixels = await shown.drawn(frame, datetime)
        return await state.studio.workshop.run(lambda: encode(pixels, ending))

    return Resource(
        ("picture", *shown.version, frame, datetime, ending), make, state.representations,
        media_type=MEDIA.get(ending, "image/png"), cache_control=SHORT, layer=shown.layer,
    )  # fmt: skip


def of_raster(state: State, raster: Raster) -> Picture:
    """A raster's picture."""

    async def draw(frame: Frame, datetime: str | None) -> Pixels:
        return await state.studio.raster(raster.at(datetime), frame)

    async def legend(datetime: str | None, zoom: int | None) -> dict[str, Any]:  # noqa: ARG001 (one for all zooms)
        return await _raster_legend(state, raster)

    async def about(longitude: float, latitude: float, datetime: str | None, zoom: int) -> dict[str, Any]:  # noqa: ARG001
        found = await state.studio.values(raster.at(datetime), longitude, latitude)
        unit = {b["name"]: b["unit"] for b in raster.first.bands}
        return {"raster": raster.id, "units": unit, "files": found}

    days = f"; {len(raster.times)} dates" if len(raster.times) > 1 else ""
    return Picture(
        id=raster.id, title=raster.title, abstract=f"{raster.first.klass}, {raster.first.resolution:.3g} m{days}",
        attribution=raster.attribution, bounds=raster.bounds, maxzoom=min(24, raster.maxzoom + 2), times=raster.times,
        time=None, version=(raster.id, raster.release, raster.digest), draw=draw, legend=legend, about=about,
    )  # fmt: skip


async def _raster_legend(state: State, raster: Raster) -> dict[str, Any]:
    file = raster.first
    drawn, unit = file.rendering, file.bands[0]["unit"]
    rows: list[dict[str, Any]] = []
    if "colormap" in drawn:
        rows = [_row(value, colour) for value, colour in drawn["colormap"].items() if colour[3]][:30]
    elif len(drawn["indexes"]) == 1:
        low, high = drawn.get("rescale", [[0.0, 255.0]])[0]
        steps = [low + (high - low) * at / (STEPS - 1) for at in range(STEPS)]
        shades = await state.studio.legend(file, steps)
        rows = [_row(label, shade) for label, shade in zip(_numbers(steps), shades, strict=True)]
    note = unit or (f"values of {file.bands[0]['name']}" if rows else "true colours")
    return {"title": raster.title, "unit": unit, "note": note, "classes": rows, "states": []}


def _numbers(steps: Sequence[float]) -> list[str]:
    """Even steps with the decimals that tell one from the next by two figures."""
    digits = 1 - math.floor(math.log10(steps[1] - steps[0]))
    if digits > 9 or abs(steps[-1]) >= 1e12:
        return [f"{step:.4g}" for step in steps]
    return [f"{step:,.{max(0, digits)}f}" for step in steps]


def _row(label: str, colour: list[int]) -> dict[str, Any]:
    return {"label": label, "color": "#" + bytes(colour[:3]).hex(), "opacity": round(colour[3] / 255, 3)}


def _of_layers(state: State) -> Iterator[Picture]:
    for layer in state.held:
        for indicator in layer.indicators:
            yield of_layer(state, layer, indicator.id)


def of_layer(state: State, layer: Layer, name: str) -> Picture:
    """The picture of one indicator. Raises NotFound."""
    shown, numbers = layer.indicator(name), state.numbers

    async def draw(frame: Frame, datetime: str | None) -> Pixels:
        return await state.studio.hexagons(numbers, layer, shown.id, asked(layer, datetime, None), frame)

    async def legend(datetime: str | None, zoom: int | None) -> dict[str, Any]:
        resolution = layer.base if zoom is None else layer.resolution(min(max(zoom, layer.minzoom), layer.maxzoom))
        classes = await numbers.classes(layer, shown.id, asked(layer, datetime, None), resolution)
        return legends.legend(shown.title, shown.unit, shown.ramp, resolution, classes, kind=layer.kind)

    async def about(longitude: float, latitude: float, datetime: str | None, zoom: int) -> dict[str, Any]:
        return await _cell_at(state, layer, longitude, latitude, datetime, zoom)

    return Picture(
        id=f"{layer.id}.{shown.id}", title=f"{layer.title}: {shown.title}", abstract=f"{shown.formula} ({shown.unit})",
        attribution=layer.attribution, bounds=layer.bounds, maxzoom=layer.maxzoom,
        times=_days(layer), time=f"{layer.window}", version=(layer.id, layer.release, layer.digest, shown.id),
        draw=draw, legend=legend, about=about, layer=layer,
    )  # fmt: skip


def _days(layer: Layer) -> tuple[str, ...]:
    """Years to choose from; an address has no room for the slash of an interval, so that all is the default."""
    years = range(layer.extent.first.year, layer.extent.last.year + 1)
    return tuple(str(year) for year in list(years)[-50:])


async def _cell_at(
    state: State, layer: Layer, longitude: float, latitude: float, datetime: str | None, zoom: int
) -> dict[str, Any]:
    resolution = layer.resolution(min(max(zoom, layer.minzoom), layer.maxzoom))
    index = h3.latlng_to_cell(latitude, longitude, resolution)
    return await cell_json(layer, index, state, asked(layer, datetime, None))
