"""Makes pictures of rasters and of hexagons; what that takes is loaded when the first raster is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from ..asked import Asked
from ..catalogue import Layer
from ..numbers import Numbers
from ..rasters import Raster, RasterFile
from . import cells
from .frame import Frame
from .gate import Gate
from .image import Pixels, encode
from .workshop import Workshop

if TYPE_CHECKING:
    from .opened import OpenFiles


class Studio:
    """One per process."""

    def __init__(self, folder: Path, threads: int) -> None:
        """`folder`: of rasters; `threads`: pictures that are made at once."""
        self._folder = folder
        self.workshop = Workshop(threads)
        self._opened: OpenFiles | None = None
        self._tiler: ASGIApp | None = None
        self._loading = asyncio.Lock()

    async def raster(self, files: Sequence[RasterFile], frame: Frame) -> Pixels:
        """Files as they are drawn unless somebody asks otherwise."""
        opened = await self._open()
        from .cogs import draw  # noqa: PLC0415

        return await self.workshop.run(lambda: draw(files, opened, frame))

    async def values(self, files: Sequence[RasterFile], longitude: float, latitude: float) -> list[dict[str, Any]]:
        """The values at a place, newest file first; none where no file has any."""
        opened = await self._open()
        from .cogs import values_at  # noqa: PLC0415

        return await self.workshop.run(lambda: values_at(files, opened, longitude, latitude))

    async def legend(self, file: RasterFile, steps: Sequence[float]) -> list[list[int]]:
        """The colours (red, green, blue, opacity) that values have in the picture."""
        await self._open()
        from .cogs import colours_of  # noqa: PLC0415

        return colours_of(file, steps)

    async def hexagons(self, numbers: Numbers, layer: Layer, indicator: str, asked: Asked, frame: Frame) -> Pixels:
        """What a layer shows in a window, by the classes of its style at the frame's zoom."""
        resolution = layer.resolution(min(max(frame.zoom, layer.minzoom), layer.maxzoom))
        table = await numbers.table(layer, asked, resolution)
        classes = await numbers.classes(layer, indicator, asked, resolution)
        ramp, shown = layer.indicator(indicator).ramp, table.values[indicator]
        return await self.workshop.run(lambda: cells.draw(table.cells, shown, classes, ramp, resolution, frame))

    async def encoded(self, pixels: Pixels, ending: str) -> bytes:
        """A picture as a file."""
        return await self.workshop.run(lambda: encode(pixels, ending))

    def tiler(self, held: Callable[[Scope], Mapping[str, Raster]]) -> ASGIApp:
        """TiTiler over the rasters that are held, behind its gate."""

        async def late(scope: Scope, receive: Receive, send: Send) -> None:
            opened = await self._open()
            if self._tiler is None:
                from .tiler import application  # noqa: PLC0415

                self._tiler = application(held, opened)
            await self._tiler(scope, receive, send)

        return Gate(late, self.workshop)

    async def _open(self) -> OpenFiles:
        """Load the raster libraries, once, beside other requests."""
        async with self._loading:
            if self._opened is None:
                self._opened = await asyncio.to_thread(_load, self._folder)
        return self._opened


def _load(folder: Path) -> OpenFiles:
    from . import tiler  # noqa: F401, PLC0415 (its imports are most of the time)
    from .opened import OpenFiles  # noqa: PLC0415

    return OpenFiles(folder)
