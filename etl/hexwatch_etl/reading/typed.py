"""Columns of typed files (Parquet, GeoPackage, GPX and kin) as text, geometry as two more columns."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyogrio.errors
import shapely
from pyproj import CRS

from hexwatch_etl.mapping import GEOMETRY_X, GEOMETRY_Y
from hexwatch_schemas.errors import UnreadableFile

from .files import Content, Form
from .gpx import read_gpx

_AGAIN = "Fetch the file again: it is cut short or damaged."
_SUFFIX = {Form.SHAPEFILE: ".shp", Form.GEOPACKAGE: ".gpkg", Form.GEOJSON: ".geojson", Form.FLATGEOBUF: ".fgb"}


@dataclass
class Features:
    """The features of a file as text; `crs` is that of the geometry columns, None where the file does not say."""

    columns: pl.DataFrame
    crs: CRS | None = None
    notes: list[str] = field(default_factory=list)


def read_typed(content: Content, layer: str | None = None, rows: int | None = None) -> Features:
    """All features of a file, or the first `rows`."""
    if content.form is Form.GPX:
        return Features(read_gpx(content.data, content.name))
    try:
        return _parquet(content, rows) if content.form is Form.PARQUET else _ogr(content, layer, rows)
    except (pa.ArrowException, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        reason = f"{content.name} could not be read as {content.form}: {error}."
        raise UnreadableFile(reason, hint=_AGAIN) from error


def _parquet(content: Content, rows: int | None) -> Features:
    file = opened_parquet(content)
    table = file.read() if rows is None else next(file.iter_batches(rows), None)
    table = (
        pa.Table.from_batches([table])
        if isinstance(table, pa.RecordBatch)
        else table or file.schema_arrow.empty_table()
    )
    return features(file, table)


def opened_parquet(content: Content) -> pq.ParquetFile:
    """The file, read from where it is unless it is packed."""
    return pq.ParquetFile(pa.BufferReader(content.data) if content.packed else content.path)


def features(file: pq.ParquetFile, table: pa.Table) -> Features:
    """Rows of a Parquet file as features."""
    described = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))  # GeoParquet 1.1 metadata
    name = described.get("primary_column")
    if name is None:
        return Features(_as_text(table, []))
    return _with_geometry(table, name, _parquet_crs(described["columns"][name]))


def _parquet_crs(column: dict[str, Any]) -> CRS | None:
    """GeoParquet: no `crs` means longitude and latitude on WGS84, a null one means unknown."""
    crs = column.get("crs", "OGC:CRS84")
    return None if crs is None else CRS.from_user_input(crs)


def _ogr(content: Content, layer: str | None, rows: int | None) -> Features:
    with tempfile.TemporaryDirectory(prefix="hexwatch-") as folder:
        path = on_disk(content, Path(folder))
        chosen = choose_layer(path, content, layer)
        meta, table = pyogrio.read_arrow(path, layer=chosen, max_features=rows, datetime_as_string=True)
    crs = CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    return _with_geometry(table, meta["geometry_name"] or "wkb_geometry", crs)


def on_disk(content: Content, folder: Path) -> Path:
    """The file under the suffix of what it is: GDAL chooses its driver by suffix and content, we by content."""
    main = _SUFFIX[content.form]
    parts = content.parts or {main: content.data}
    missing = [suffix for suffix in (".shp", ".shx", ".dbf") if content.parts and suffix not in content.parts]
    if missing:
        raise UnreadableFile(f"{content.name} lacks its {' and '.join(missing)}.", hint="Keep the parts side by side.")
    for suffix, data in parts.items():
        (folder / f"table{suffix}").write_bytes(data)
    return folder / f"table{main}"


def choose_layer(source: Path, content: Content, wanted: str | None) -> str:
    """The layer to read, after making sure that GDAL sees the kind of file that we saw."""
    names = [str(name) for name, _ in pyogrio.list_layers(source)]
    if not names:
        raise UnreadableFile(f"{content.name} could not be read as {content.form}: it is cut short.", hint=_AGAIN)
    if wanted is None and len(names) != 1:
        raise UnreadableFile(f"{content.name} has the layers {', '.join(names)}.", hint="Name one: `layer`.")
    if wanted is not None and wanted not in names:
        raise UnreadableFile(f"{content.name} has no layer {wanted!r}.", hint=f"It has {', '.join(names)}.")
    chosen = wanted or names[0]
    driver = pyogrio.read_info(source, layer=chosen)["driver"]
    if driver != content.form.value:
        raise UnreadableFile(f"{content.name} is {driver}, which is not read here.", hint="Convert it to GeoPackage.")
    return chosen


def _with_geometry(table: pa.Table, name: str, crs: CRS | None) -> Features:
    if name not in table.column_names:
        return Features(_as_text(table, []))
    shapes = shapely.from_wkb(np.asarray(table[name].combine_chunks().to_pylist(), dtype=object), on_invalid="ignore")
    points, others = _points(shapes), int((shapely.get_type_id(shapes) > 0).sum())
    notes = [f"{others:,} shapes are not points; a point within each is used."] if others else []
    x, y = _number(GEOMETRY_X, shapely.get_x(points)), _number(GEOMETRY_Y, shapely.get_y(points))
    return Features(_as_text(table, [name]).with_columns(x, y), crs, notes)


def _points(shapes: np.ndarray) -> np.ndarray:
    """A point for each shape, of polygons one that is certainly within; None for nothing."""
    points, polygons = shapely.centroid(shapes), np.isin(shapely.get_type_id(shapes), (3, 6))
    points[polygons] = shapely.point_on_surface(shapely.make_valid(shapes[polygons]))
    points[shapely.is_empty(points)] = None
    return points


def _number(name: str, values: np.ndarray) -> pl.Series:
    return pl.Series(name, values, pl.Float64).fill_nan(None).cast(pl.String)


def _as_text(table: pa.Table, without: list[str]) -> pl.DataFrame:
    frame = _flat(pl.DataFrame(pl.from_arrow(table.drop_columns(without))))
    return pl.DataFrame([text for column in frame if (text := _text(column)) is not None])


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Fields of structures as columns of their own, at any depth: `subject.name`."""
    while nested := [name for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]:
        frame = frame.unnest(nested, separator=".")
    return frame


def _text(column: pl.Series) -> pl.Series | None:
    """A column as a person would write it; None for lists and bytes, which are no cells."""
    kind = column.dtype
    if kind.is_nested() or kind in (pl.Binary, pl.Object):
        return None
    if isinstance(kind, (pl.Datetime, pl.Duration)):
        column = column.dt.to_string("iso:strict")
    elif kind.is_float():
        return _numbers(column)
    return column.cast(pl.String).replace("", None)


def _numbers(column: pl.Series) -> pl.Series:
    """Whole numbers without a fraction: an id that became a float, because one was missing, is still that id."""
    values = pl.col(column.name)
    whole = values.is_finite() & (values == values.round()) & (values.abs() < 2**53)
    text = pl.when(whole).then(values.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(values.cast(pl.String))
    return column.to_frame().select(text).to_series()
