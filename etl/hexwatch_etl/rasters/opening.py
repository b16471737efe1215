"""Open a GeoTIFF that somebody sent: by its first bytes, with one driver, within limits, before any pixel is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from hexwatch_schemas.errors import UnreadableFile

from .recognise import is_tiff

MOST_PIXELS = 4_000_000_000  # of all bands together: a country at 10 m
MOST_BLOCK = 256 << 20  # bytes of one strip or tile, which GDAL unpacks whole
MOST_RATIO = 1000  # times that a file may grow; deflate itself ends at 1,032 (RFC 1951)
FREE = 256 << 20  # bytes that are always allowed: an even raster compresses well
MOST_BANDS = 64

# Nothing beside the file is looked at, nothing is written beside it, no address in it is followed.
CONFIG: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_TIFF_INTERNAL_MASK": "YES",
    "GTIFF_HONOUR_NEGATIVE_SCALEY": "NO",
}
_ONLY = "Rasters are loaded from GeoTIFF files; convert it with: gdal_translate -of GTiff IN OUT.tif"


def environment() -> rasterio.Env:
    """GDAL set so for as long as the block lasts."""
    return rasterio.Env(**CONFIG)


@contextmanager
def opened(path: Path) -> Iterator[DatasetReader]:
    """The raster in a file. Raises UnreadableFile where it is no GeoTIFF, damaged, or larger than anybody can mean."""
    if not is_tiff(path):
        raise UnreadableFile(f"{path.name} is no GeoTIFF: its first bytes are another format's.", hint=_ONLY)
    with environment():
        try:
            with rasterio.open(path, driver="GTiff") as source:
                _refuse_too_large(source, path)
                _refuse_inks(source, path)
                yield source
        except RasterioError as error:
            reason = " ".join(str(error).replace(str(path), path.name).split())[:300]
            raise UnreadableFile(
                f"{path.name} could not be read: {reason}.", hint="Fetch the file again: it is cut short or damaged."
            ) from error


def _refuse_too_large(source: DatasetReader, path: Path) -> None:
    depth = max(np.dtype(d).itemsize for d in map(_known_dtype, source.dtypes))
    whole = source.width * source.height * source.count * depth
    rows, columns = source.block_shapes[0]
    together = source.count if source.interleaving and source.interleaving.name == "pixel" else 1
    pixels = source.width * source.height * source.count
    reasons = {
        f"has {source.count} bands; at most {MOST_BANDS} are read": source.count > MOST_BANDS,
        f"has {pixels:,} pixels; at most {MOST_PIXELS:,} are read": pixels > MOST_PIXELS,
        f"has blocks of {rows} by {columns} pixels, too many to unpack at once": rows * columns * depth * together
        > MOST_BLOCK,
        f"would grow to {whole:,} bytes, {whole // max(1, path.stat().st_size):,} times its size": whole > FREE
        and whole > MOST_RATIO * path.stat().st_size,
    }
    for reason, holds in reasons.items():
        if holds:
            raise UnreadableFile(
                f"{path.name} {reason}.", hint="Cut it into parts that are as large as they need to be, and tiled."
            )


def _refuse_inks(source: DatasetReader, path: Path) -> None:
    """Of YCbCr GDAL makes red, green and blue itself; what else is none of these would be drawn in false colours."""
    space = source.tags(ns="IMAGE_STRUCTURE").get("SOURCE_COLOR_SPACE", "YCbCr")
    if space != "YCbCr":
        raise UnreadableFile(
            f"{path.name} has the colours of {space}, not red, green and blue.",
            hint="Export it as RGB from the program that made it.",
        )


def _known_dtype(dtype: str) -> str:
    if dtype.startswith("complex") or np.dtype(dtype).kind not in "iuf":  # numpy has no complex whole numbers
        raise UnreadableFile(
            f"Its pixels are {dtype}: complex numbers are no picture.", hint="Give their magnitude as float32."
        )
    return dtype
