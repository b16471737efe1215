"""Open a file and tell by its first bytes what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from hexwatch_schemas.errors import UnreadableFile

from .unpack import unpack


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
    """An opened file: its bytes without compression. A shapefile has parts instead, by suffix."""

    name: str
    form: Form
    data: bytes = field(repr=False)
    parts: dict[str, bytes] = field(default_factory=dict, repr=False)


_SHAPE_MAGIC = b"\x00\x00\x27\x0a"
_PARTS = (".shx", ".dbf", ".prj", ".cpg")
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_GPX = re.compile(rb"<(\w+:)?gpx\s")
_KNOWN = "Known are CSV and its kin, Parquet, GeoJSON, GeoPackage, Shapefile, FlatGeobuf and GPX, also compressed."


def open_file(path: Path) -> Content:
    """Read and unpack a file; UnreadableFile tells what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path} could not be read: {error.strerror}.", hint="Check the path.") from error
    if data.startswith(_SHAPE_MAGIC):
        return Content(path.name, Form.SHAPEFILE, b"", {".shp": data} | _siblings(path))
    inside = unpack(data, path.name)
    if isinstance(inside, dict):
        return Content(path.name, Form.SHAPEFILE, b"", inside)
    return Content(path.name, _form(inside, path.name), inside)


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
