"""Features as Arrow columns, from which the binary formats are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
import shapely

from .crs import CRS84, Crs
from .schema import GEOMETRY, TEXTS
from .selection import Page
from .writing import PIECE, Sheet


def system(page: Page) -> Crs:
    """The reference system of a file: x stands before y in all of them, whatever the authority says of its axes."""
    return CRS84 if page.question.crs.epsg == CRS84.epsg else page.question.crs


def schema(sheet: Sheet) -> pa.Schema:
    """The columns, and what they are of (key `hexwatch`, JSON)."""
    names = sheet.page.question.properties
    fields = [pa.field(name, pa.string() if name in TEXTS else pa.float64()) for name in names]
    about = {b"hexwatch": orjson.dumps(sheet.about)}
    return pa.schema([*fields, _geometry(system(sheet.page))], metadata=about)


def _geometry(crs: Crs) -> pa.Field:
    """WKB with the name and reference system that GeoArrow 0.2 gives to it."""
    said = {"crs": "OGC:CRS84" if crs is CRS84 else f"EPSG:{crs.epsg}", "crs_type": "authority_code"}
    extension = {b"ARROW:extension:name": b"geoarrow.wkb", b"ARROW:extension:metadata": orjson.dumps(said)}
    return pa.field(GEOMETRY, pa.binary(), metadata=extension)


def batches(sheet: Sheet) -> Iterator[pa.RecordBatch]:
    """The rows in pieces; at least one, which may be empty."""
    columns = schema(sheet)
    for piece in sheet.page.pieces(PIECE) or [sheet.page]:
        yield pa.record_batch([*_values(piece), _outlines(piece, sheet.page)], schema=columns)


def _values(piece: Page) -> Iterator[pa.Array[Any]]:
    for name in piece.question.properties:
        yield pa.array(piece.values(name), pa.string() if name in TEXTS else pa.float64())


def _outlines(piece: Page, whole: Page) -> pa.Array[Any]:
    shapes = piece.features.places.polygons(piece.rows, system(piece), several=kind(whole) == "MultiPolygon")
    return pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())


def kind(page: Page) -> str:
    """The one type of all outlines: files have columns of one type."""
    return "Polygon" if page.features.places.are_single(page.rows) else "MultiPolygon"
