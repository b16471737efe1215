"""Open a file and tell by its first bytes what it is."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import IO

from hexwatch_schemas.errors import UnreadableFile

from .unpack import ZIP, is_packed, unpack, unpacked_stream

TOP = 1 << 20  # bytes that are looked at before a file is read


class Form(StrEnum):
    """What a file is made of; the values that GDAL reads are the names of its drivers."""

    DELIMITED = "delimited text"
    PARQUET = "Parquet"
    GEOJSON = "GeoJSON"
    GEOPACKAGE = "GPKG"
    SHAPEFILE = "ESRI Shapefile"
    FLATGEOBUF = "FlatGeobuf"
    GPX = "GPX"


@dataclass(frozen=True)
class Content:
    """An opened file, without compression. A shapefile has parts instead, by suffix.

    `head`: its first bytes. All of them are in memory only once somebody asks for `data`.
    """

    name: str
    form: Form
    head: bytes = field(repr=False)
    path: Path
    packed: bool = False
    parts: dict[str, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def data(self) -> bytes:
        """All bytes. Raises UnreadableFile, also for a file that grows too large."""
        found = unpack(self.path.read_bytes(), self.name)
        assert isinstance(found, bytes), "it was when it was opened"
        return found

    def stream(self) -> AbstractContextManager[IO[bytes]]:
        """The same to be read bit by bit. Raises UnreadableFile, also on the way."""
        return unpacked_stream(self.path, self.name)


_SHAPE_MAGIC = b"\x00\x00\x27\x0a"
_PARTS = (".shx", ".dbf", ".prj", ".cpg")
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_GPX = re.compile(rb"<(\w+:)?gpx\s")
_KNOWN = "Known are CSV and its kin, Parquet, GeoJSON, GeoPackage, Shapefile, FlatGeobuf and GPX, also compressed."


def open_file(path: Path) -> Content:
    """Open a file and look at its top; UnreadableFile tells what is wrong with it."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        if magic == _SHAPE_MAGIC:
            data = path.read_bytes()
            return Content(path.name, Form.SHAPEFILE, b"", path, parts={".shp": data} | _siblings(path))
    except OSError as error:
        raise UnreadableFile(f"{path} could not be read: {error.strerror}.", hint="Check the path.") from error
    return _zipped(path) if magic.startswith(ZIP) else _top(path)


def _zipped(path: Path) -> Content:
    inside = unpack(path.read_bytes(), path.name)
    if isinstance(inside, dict):
        return Content(path.name, Form.SHAPEFILE, b"", path, parts=inside)
    return Content(path.name, _form(inside, path.name), inside[:TOP], path, packed=True)


def _top(path: Path) -> Content:
    with unpacked_stream(path, path.name) as stream:
        head = stream.read(TOP)
    return Content(path.name, _form(head, path.name), head, path, packed=is_packed(path))


def _siblings(path: Path) -> dict[str, bytes]:
    beside = {entry.suffix.lower(): entry for entry in path.parent.iterdir() if entry.stem == path.stem}
    return {suffix: beside[suffix].read_bytes() for suffix in _PARTS if suffix in beside}


def _form(data: bytes, name: str) -> Form:
    head = data[:4096]
    if not head.strip():
        raise UnreadableFile(f"{name} is empty.", hint="Fetch the file again; an empty answer is not a quiet day.")
    if head.startswith(b"PAR1"):
        return Form.PARQUET
    if head.startswith(b"fgb\x03"):
        return Form.FLATGEOBUF
    if head.startswith(b"SQLite format 3\x00") and head[68:72] in (b"GPKG", b"GP10", b"GP11"):
        return Form.GEOPACKAGE
    return _text_form(head, name)


def _text_form(head: bytes, name: str) -> Form:
    if b"\x00" in head and not head.startswith(_TEXT_MARKS):
        raise UnreadableFile(f"{name} is a binary file of an unknown kind.", hint=_KNOWN)
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"<" and _GPX.search(head):
        return Form.GPX
    if first == b"<":
        raise UnreadableFile(f"{name} is XML or HTML, not a table.", hint=_KNOWN)
    return Form.GEOJSON if first in (b"{", b"[") else Form.DELIMITED
