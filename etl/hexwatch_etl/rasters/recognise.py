"""Tell a GeoTIFF by its first bytes; no raster library is needed for that."""

from __future__ import annotations

from pathlib import Path

_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")  # TIFF 6.0 and BigTIFF


def is_tiff(path: Path) -> bool:
    """Whether a file begins as TIFF does; its name says nothing."""
    try:
        with path.open("rb") as file:
            return file.read(4) in _MAGIC
    except OSError:
        return False
