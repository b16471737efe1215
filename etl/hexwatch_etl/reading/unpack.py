"""Undo compression, within limits: a small file must not fill the memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO

import pyarrow as pa

from hexwatch_schemas.errors import UnreadableFile

_RATIO = 100  # times that a file may grow
_FREE = 1 << 20  # bytes that are always allowed: tiny files compress well
_MOST = 4 << 30  # bytes of a whole file
_SHAPEFILE = {".shp", ".shx", ".dbf", ".prj", ".cpg"}


def _zstandard(packed: bytes) -> io.BufferedIOBase:
    return io.BufferedReader(pa.CompressedInputStream(pa.BufferReader(packed), "zstd"))  # pyright: ignore[reportArgumentType]


_STREAMS: dict[bytes, Callable[[bytes], io.BufferedIOBase]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=io.BytesIO(packed)),
    b"BZh": lambda packed: bz2.BZ2File(io.BytesIO(packed)),
    b"\xfd7zXZ\x00": lambda packed: lzma.LZMAFile(io.BytesIO(packed)),  # noqa: SIM115 (closed with its buffer)
    b"\x28\xb5\x2f\xfd": _zstandard,
}
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException)


def unpack(data: bytes, name: str) -> bytes | dict[str, bytes]:
    """The bytes inside gzip, bzip2, xz, zstd or zip; of a zipped shapefile its parts by suffix."""
    try:
        for magic, stream in _STREAMS.items():
            if data.startswith(magic):
                return _bounded(stream(data), len(data), name)
        return _unzip(data, name) if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) else data
    except _BROKEN as error:
        hint = "Fetch the file again: it is cut short or damaged."
        raise UnreadableFile(f"{name} could not be unpacked: {error}.", hint=hint) from error


def _bounded(stream: io.BufferedIOBase | IO[bytes], packed: int, name: str) -> bytes:
    most = min(_MOST, max(_FREE, packed * _RATIO))
    data = stream.read(most + 1)
    if len(data) > most:
        raise UnreadableFile(f"{name} grows beyond {most:,} bytes.", hint="Unpack it yourself if you trust it.")
    return data


def _unzip(data: bytes, name: str) -> bytes | dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [item for item in archive.infolist() if not _hidden(item)]
        suffixes = {PurePosixPath(item.filename).suffix.lower(): item for item in members}
        if ".shp" not in suffixes and len(members) != 1:
            found = ", ".join(item.filename for item in members[:5]) or "nothing"
            raise UnreadableFile(
                f"{name} holds {found}.", hint="Give one file, or a zip of one table or one shapefile."
            )
        if sum(PurePosixPath(item.filename).suffix.lower() == ".shp" for item in members) > 1:
            raise UnreadableFile(f"{name} holds several shapefiles.", hint="Give them one by one.")
        if ".shp" in suffixes:
            return {key: _member(archive, item, name) for key, item in suffixes.items() if key in _SHAPEFILE}
        return _member(archive, members[0], name)


def _member(archive: zipfile.ZipFile, item: zipfile.ZipInfo, name: str) -> bytes:
    if item.flag_bits & 1:
        raise UnreadableFile(f"{name} is protected by a password.", hint="Unpack it first.")
    return _bounded(archive.open(item), item.compress_size, name)


def _hidden(item: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(item.filename)
    return item.is_dir() or path.parts[0] == "__MACOSX" or path.name.startswith(".")
