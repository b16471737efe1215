"""Features as Arrow columns, from which the binary formats are written."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pyarrow as pa
import shapely

from .crs import CRS84, Crs
from .property import Property
from .schema import GEOMETRY
from .writing import PIECE, Page, Sheet

_TYPES = {"string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
_FORMATS = {"date": pa.date32(), "date-time": pa.timestamp("us", "UTC")}


def system(page: Page) -> Crs:
    """The reference system of a file: x stands before y in all of them, whatever the authority says of its axes."""
    return CRS84 if page.crs.epsg == CRS84.epsg else page.crs


def _type(what: Property) -> pa.DataType:
    return _FORMATS.get(what.format or "") or _TYPES[what.type]


def schema(sheet: Sheet) -> pa.Schema:
    """The columns, and what they are of (key `hexwatch`, JSON)."""
    fields = [pa.field(name, _type(what)) for name, what in sheet.page.fields.items()]
    about = {b"hexwatch": orjson.dumps(sheet.about)}
    return pa.schema([*fields, _geometry(system(sheet.page))], metadata=about)


def _geometry(crs: Crs) -> pa.Field:
    """WKB with the name and reference system that GeoArrow 0.2 gives to it."""
    said = {"crs": "OGC:CRS84" if crs is CRS84 else f"EPSG:{crs.epsg}", "crs_type": "authority_code"}
    extension = {b"ARROW:extension:name": b"geoarrow.wkb", b"ARROW:extension:metadata": orjson.dumps(said)}
    return pa.field(GEOMETRY, pa.binary(), metadata=extension)


def batches(sheet: Sheet) -> Iterator[pa.RecordBatch]:
    """The rows in pieces; at least one, which may be empty."""
    columns, kind = schema(sheet), sheet.page.kind
    for piece in sheet.page.pieces(PIECE) or [sheet.page]:
        values = [pa.array(piece.values(name), _type(what)) for name, what in piece.fields.items()]
        shapes = shapely.to_wkb(piece.shapes(system(piece), kind)).tolist()
        yield pa.record_batch([*values, pa.array(shapes, pa.binary())], schema=columns)
