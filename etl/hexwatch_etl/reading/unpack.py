"""Undo compression, within limits: a small file must not fill the memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyarrow as pa

from hexwatch_schemas.errors import UnreadableFile

_RATIO = 100  # times that a file may grow
_FREE = 1 << 20  # bytes that are always allowed: tiny files compress well
_MOST = 4 << 30  # bytes of a whole file
_SHAPEFILE = {".shp", ".shx", ".dbf", ".prj", ".cpg"}


def _zstandard(packed: IO[bytes]) -> IO[bytes]:
    return io.BufferedReader(pa.CompressedInputStream(pa.PythonFile(packed, "r"), "zstd"))  # pyright: ignore[reportArgumentType]


ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_STREAMS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _zstandard,
}
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException)


@contextmanager
def explained(name: str) -> Iterator[None]:
    """What a damaged file raises becomes UnreadableFile."""
    try:
        yield
    except _BROKEN as error:
        hint = "Fetch the file again: it is cut short or damaged."
        raise UnreadableFile(f"{name} could not be unpacked: {error}.", hint=hint) from error


def unpack(data: bytes, name: str) -> bytes | dict[str, bytes]:
    """The bytes inside gzip, bzip2, xz, zstd or zip; of a zipped shapefile its parts by suffix."""
    with explained(name):
        for magic, stream in _STREAMS.items():
            if data.startswith(magic):
                return _bounded(stream(io.BytesIO(data)), len(data), name)
        return _unzip(data, name) if data.startswith(ZIP) else data


def is_packed(path: Path) -> bool:
    """Is it gzip, bzip2, xz or zstd?"""
    with path.open("rb") as file:
        return _unpacking(file) is not None


@contextmanager
def unpacked_stream(path: Path, name: str) -> Iterator[IO[bytes]]:
    """What is inside gzip, bzip2, xz or zstd, or the file itself, to be read bit by bit within the same ratio."""
    with explained(name), path.open("rb") as file:
        unpacking = _unpacking(file)
        if unpacking is None:
            yield file
            return
        with unpacking(file) as inside:
            yield _Bounded(inside, max(_FREE, path.stat().st_size * _RATIO), name)


def _unpacking(file: IO[bytes]) -> Callable[[IO[bytes]], Any] | None:
    first = file.read(6)
    file.seek(0)
    return next((stream for magic, stream in _STREAMS.items() if first.startswith(magic)), None)


class _Bounded(io.BufferedReader):
    """A stream that is refused where it grows too large."""

    def __init__(self, inside: Any, most: int, name: str) -> None:
        super().__init__(inside)
        self._left, self._most, self._name = most, most, name

    def read(self, size: int | None = -1, /) -> bytes:
        return self._counted(super().read(size))

    def read1(self, size: int = -1, /) -> bytes:
        return self._counted(super().read1(size))

    def _counted(self, found: bytes) -> bytes:
        self._left -= len(found)
        if self._left < 0:
            raise _too_large(self._name, self._most)
        return found


def _too_large(name: str, most: int) -> UnreadableFile:
    return UnreadableFile(f"{name} grows beyond {most:,} bytes.", hint="Unpack it yourself if you trust it.")


def _bounded(stream: io.BufferedIOBase | IO[bytes], packed: int, name: str) -> bytes:
    most = min(_MOST, max(_FREE, packed * _RATIO))
    data = stream.read(most + 1)
    if len(data) > most:
        raise _too_large(name, most)
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
