"""Pixels as files. PNG by hand, because its compression is most of a tile's time (`./run bench raster`)."""

from __future__ import annotations

import io
import struct
from functools import cache
from typing import Any

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from hexwatch_schemas.errors import UsageError

Pixels = NDArray[np.uint8]  # (height, width, 4) red, green, blue, opacity
MEDIA = {"png": "image/png", "webp": "image/webp", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR = {1: 0, 2: 4, 3: 2, 4: 6}  # channels to colour type (PNG 11.2.2)
_SUB = 1  # each byte minus the pixel before it (PNG 9.2)


def encode(pixels: Pixels, ending: str) -> bytes:
    """A picture as png, webp or jpg. Raises UsageError for another ending."""
    if ending == "png":
        return png(pixels)
    if ending not in MEDIA:
        raise UsageError(f"There are no {ending[:10]!r} pictures.", hint=f"There are: {', '.join(MEDIA)}.")
    return _by_library(pixels, ending)


def png(pixels: Pixels) -> bytes:
    """A PNG with no more channels than the picture needs."""
    return _written(_fewest(pixels))


@cache
def empty(width: int, height: int) -> bytes:
    """A transparent PNG."""
    return _written(np.zeros((height, width, 2), np.uint8))


def _fewest(pixels: Pixels) -> Pixels:
    """Grey without opacity where that is all there is; a few lines tell of most pictures that they are in colour."""
    grey = all(_is_grey(part) for part in (pixels[::32], pixels))
    solid = pixels[..., 3].min() == 255
    channels = {(0, 0): (0, 1, 2, 3), (0, 1): (0, 1, 2), (1, 0): (0, 3), (1, 1): (0,)}[grey, solid]
    fewest = np.empty((*pixels.shape[:2], len(channels)), np.uint8)
    for to, channel in enumerate(channels):  # one by one is four times as fast as all at once
        fewest[..., to] = pixels[..., channel]
    return fewest


def _is_grey(pixels: Pixels) -> bool:
    red, green, blue, opacity = np.moveaxis(pixels, -1, 0)
    return not (((red != green) | (red != blue)) & (opacity > 0)).any()


def _written(pixels: Pixels) -> bytes:
    height, width, channels = pixels.shape
    lines = np.empty((height, 1 + width * channels), np.uint8)
    lines[:, 0] = _SUB
    rows = pixels.reshape(height, -1)
    lines[:, 1 : 1 + channels] = rows[:, :channels]
    np.subtract(rows[:, channels:], rows[:, :-channels], out=lines[:, 1 + channels :])
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", isal_zlib.compress(lines, 1, 15)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", isal_zlib.crc32(data, isal_zlib.crc32(name)))


def _by_library(pixels: Pixels, ending: str) -> bytes:
    """By GDAL, which came with the raster library."""
    import rasterio  # noqa: PLC0415
    from rasterio.io import MemoryFile  # noqa: PLC0415

    driver, count = ("WEBP", 4) if ending == "webp" else ("JPEG", 3)
    shown = pixels if count == 4 else _on_white(pixels)
    height, width = shown.shape[:2]
    options: dict[str, Any] = {"WEBP_LOSSLESS": "YES"} if driver == "WEBP" else {"QUALITY": "85"}
    sink = io.BytesIO()
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), MemoryFile() as memory:
        with memory.open(driver=driver, width=width, height=height, count=count, dtype="uint8", **options) as file:
            file.write(np.moveaxis(shown, -1, 0)[:count])
        sink.write(memory.getbuffer())
    return sink.getvalue()


def _on_white(pixels: Pixels) -> Pixels:
    opacity = pixels[..., 3:].astype(np.uint16)
    return ((pixels[..., :3] * opacity + 255 * (255 - opacity)) // 255).astype(np.uint8)
