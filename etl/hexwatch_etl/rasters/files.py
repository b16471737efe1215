"""Where rasters stand on disk: the original as it came, the COG that is served; both named by what is in them."""

from __future__ import annotations

import hashlib
import math
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT

from hexwatch_schemas.errors import HexwatchError, UnreadableFile, UsageError

from .capture import captured
from .cog import RECIPE, write_cog
from .describe import Content, describe
from .hexagons import totals
from .opening import environment, opened
from .outlines import Footprint
from .placing import footprint, straightened
from .register import Raster
from .said import Meaning, Said


@dataclass(frozen=True)
class Shelf:
    """The folder of rasters, and whose unfinished files are ours to sweep: a dataset has one load at a time."""

    folder: Path
    dataset: str

    @property
    def unfinished(self) -> str:
        """How names of files begin that are being made."""
        return f"making-{self.dataset}-"

    def sweep(self) -> None:
        """Remove what this load, or one that was killed, left unfinished."""
        for left in self.folder.rglob(f"{self.unfinished}*"):
            left.unlink(missing_ok=True)

    def keep_original(self, path: Path, sha256: str) -> None:
        """The bytes as they came."""
        kept = self.folder / "originals" / f"{sha256}.tif"
        if kept.exists():
            return
        kept.parent.mkdir(exist_ok=True)
        copy = kept.with_name(f"{self.unfinished}{sha256}")
        shutil.copyfile(path, copy)
        copy.rename(kept)


def prepare(path: Path, shelf: Shelf, said: Said) -> Raster:
    """A file as a COG on the shelf, and all that the register says of it. Raises UnreadableFile and UsageError."""
    original = _sha256(path)
    with opened(path) as source:
        straight = straightened(source, path.name)
        lies = footprint(straight, path.name)
        when = captured(said.captured, source.tags(), path.stem)
        name, turned = _name(original, said.nodata), (straight.width, straight.height) != (source.width, source.height)
        if not (shelf.folder / name).exists():
            _make(straight, shelf, name, said.nodata)
    shelf.keep_original(path, original)
    with served(shelf.folder / name) as cog:
        content = describe(cog, path.name, said.klass, said.unit)
        return Raster(
            key=path.stem[:200], href=name, sha256=_sha256(shelf.folder / name), original=path.name,
            original_sha256=original, footprint=lies.shape, bounds=lies.bounds, captured_from=when[0],
            captured_to=when[1], width=cog.width, height=cog.height, crs=_crs(cog),
            resolution=_metres(cog, lies), dtype=content.dtype, nodata=content.nodata, bands=content.bands,
            klass=content.klass, rendering=content.rendering,
            meaning=_meaning(said, content, path.name, shelf.folder / name, when[0], turned=turned),
        )  # fmt: skip


def _meaning(
    said: Said, content: Content, name: str, cog: Path, when: datetime | None, *, turned: bool
) -> Meaning | None:
    """What the numbers mean, as said or as their unit tells. Raises UsageError where nobody knows."""
    meaning = said.meaning or _by_unit(content)
    if meaning is Meaning.COUNT and turned:
        raise UsageError(
            f"{name} is rotated: turned, some pixels would count twice.",
            hint="Give a density, or a grid with north up.",
        )
    if meaning is None and said.klass == "population":
        raise UsageError(
            f"{name}: it is not known whether it counts people or tells their density.", hint=question(cog)
        )
    if meaning is not None and when is None:
        raise UsageError(f"{name} does not tell its day, which hexagons need.", hint="Say it: --captured 2020")
    return meaning


def _by_unit(content: Content) -> Meaning | None:
    """Of population only: another field's unit does not say what a person wants of it."""
    unit = content.units[0].lower().replace("²", "2") if content.klass == "population" and content.units else ""
    if any(mark in unit for mark in ("/km", "per km", "/sq", "per sq", "km-2", "km^-2")):
        return Meaning.DENSITY
    return Meaning.COUNT if any(mark in unit for mark in ("people", "person", "count", "pixel", "cell")) else None


def question(cog: Path) -> str:
    """What either reading of a population raster would come to."""
    with served(cog) as source:
        found = totals(source)
    return (
        f"As counts of a pixel it sums to {found[Meaning.COUNT]:,.0f} people, as people per km2 to "
        f"{found[Meaning.DENSITY]:,.0f}: say --values count, or --values density, to put it into hexagons."
    )


def served(path: Path) -> DatasetReader:
    """A COG of ours, as the service opens it."""
    with environment():
        return rasterio.open(path, driver="GTiff")


def _make(source: DatasetReader | WarpedVRT, shelf: Shelf, name: str, nodata: float | None) -> None:
    categorical = source.colorinterp[0].name == "palette"
    try:
        made = write_cog(source, shelf.folder, prefix=shelf.unfinished, categorical=categorical, nodata=nodata)
    except (RasterioError, ValueError) as error:
        raise UnreadableFile(
            f"{Path(source.name).name} could not be read to its end: {' '.join(str(error).split())[:200]}",
            hint="Fetch the file again: it is cut short or damaged.",
        ) from error
    except OSError as error:
        raise HexwatchError(f"The COG could not be written: {error.strerror}.", hint="Is the disk full?") from error
    made.rename(shelf.folder / name)


def _name(original: str, nodata: float | None) -> str:
    """Of all that the COG depends on: the same file is never made twice."""
    return hashlib.sha256(f"{original}/{RECIPE}/{nodata}".encode()).hexdigest()[:40] + ".tif"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _crs(cog: DatasetReader) -> str:
    """Its code, or else its definition."""
    return cog.crs.to_string() if cog.crs.to_epsg() else cog.crs.to_wkt()


def _metres(cog: DatasetReader, lies: Footprint) -> float:
    """Size of a pixel in its middle."""
    size = math.sqrt(abs(cog.transform.determinant))
    if not cog.crs.is_geographic:
        return size * cog.crs.linear_units_factor[1]
    middle = math.radians((lies.bounds[1] + lies.bounds[3]) / 2)
    return size * 111_320 * math.sqrt(max(math.cos(middle), 1e-6))
