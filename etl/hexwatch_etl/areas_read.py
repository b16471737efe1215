"""Read areas (administrative boundaries, zones) from any polygon file: valid MultiPolygons on WGS84, or a reason."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import polars as pl
import pyarrow as pa
import pyogrio
import pyogrio.errors

from hexwatch_schemas.errors import UnreadableFile

from .areas_columns import Columns, columns, texts
from .areas_shapes import Finding, on_earth, polygons, refusal
from .events import REMARK_SCHEMA
from .reading import Content, Form, open_file
from .reading.typed import choose_layer, on_disk

# GeoPandas says ValueError of a Parquet file without geometry.
_BROKEN = (pa.ArrowException, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError)


@dataclass(frozen=True)
class AreaDelivery:
    """One file of areas, read: rows_in == len(areas) + rejects.height, always.

    `areas` has the columns line (number of the feature, from 1), key, name, level, country (None where the file does
    not say) and geometry: valid MultiPolygons, EPSG:4326. `rejects` and `remarks` have REMARK_SCHEMA.
    """

    areas: gpd.GeoDataFrame
    rejects: pl.DataFrame
    remarks: pl.DataFrame
    rows_in: int


def read_areas(
    path: Path,
    *,
    key: str | None = None,
    name: str | None = None,
    level: str,
    country: str | None = None,
    layer: str | None = None,
) -> AreaDelivery:
    """Read a GeoPackage, GeoJSON, Shapefile, GeoParquet or FlatGeobuf, also compressed, in any reference system.

    Columns not named are looked for under their usual names; an area without a name goes by its code. A file that
    does not tell its reference system is taken for degrees if it fits the earth. Of several areas with one code the
    first stands.

    Raises UnreadableFile (no such file, another form, several layers and none named, unknown reference system) and
    UsageError (no such column).
    """
    frame = _on_wgs84(_features(open_file(path), layer), path.name)
    wanted = columns(frame, level, key, name, country)
    rows, shapes = _rows(frame, wanted, level), frame.geometry.tolist()
    made = [polygons(shape) for shape in shapes]
    refused = [
        unfit or refusal(shape, area)
        for unfit, shape, (area, _) in zip(_without_own_key(rows["key"].tolist()), shapes, made, strict=True)
    ]
    remarked = [None if no else remark for no, (_, remark) in zip(refused, made, strict=True)]
    standing = [number for number, no in enumerate(refused) if no is None]
    kept = rows.iloc[standing].reset_index(drop=True)
    areas = gpd.GeoDataFrame(kept, geometry=[made[number][0] for number in standing], crs=4326)
    return AreaDelivery(areas, _listed(rows, refused), _listed(rows, remarked), len(rows))


def _features(content: Content, layer: str | None) -> gpd.GeoDataFrame:
    """All features with their columns, read by the driver that fits the content."""
    if content.form in (Form.DELIMITED, Form.GPX):
        raise UnreadableFile(f"{content.name} has no shapes of areas.", hint="Give a GeoPackage or GeoJSON.")
    try:
        frame = _parquet(content) if content.form is Form.PARQUET else _ogr(content, layer)
    except _BROKEN as error:
        hint = "Fetch the file again, or convert it to GeoPackage."
        raise UnreadableFile(f"{content.name} could not be read as areas: {error}.", hint=hint) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise UnreadableFile(f"{content.name} has rows but no shapes.", hint="Name another layer.")
    return frame


def _parquet(content: Content) -> pd.DataFrame:
    return gpd.read_parquet(io.BytesIO(content.data))  # pyright: ignore[reportArgumentType]  (a file object will do)


def _ogr(content: Content, layer: str | None) -> pd.DataFrame:
    with tempfile.TemporaryDirectory(prefix="hexwatch-") as folder:
        file = on_disk(content, Path(folder))
        return pyogrio.read_dataframe(file, layer=choose_layer(file, content, layer), on_invalid="ignore")


def _on_wgs84(frame: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    if frame.crs is not None:
        return frame.to_crs(4326)
    if not all(on_earth(shape) for shape in frame.geometry if shape is not None and not shape.is_empty):
        hint = "Write it into the file, for a Shapefile as its .prj."
        raise UnreadableFile(f"{file} does not say in what reference system it is, and degrees it is not.", hint=hint)
    return frame.set_crs(4326)


def _rows(frame: gpd.GeoDataFrame, wanted: Columns, level: str) -> pd.DataFrame:
    """Words of every feature; None where the file does not say."""
    key = texts(frame, wanted.key)
    name = texts(frame, wanted.name).fillna(key)
    rows = {"key": key, "name": name, "level": level, "country": texts(frame, wanted.country)}
    return pd.DataFrame({"line": range(1, len(frame) + 1)} | rows)


def _without_own_key(keys: list[str | None]) -> list[Finding | None]:
    """What is wrong with each row's code."""
    found, seen = [], set()
    for key in keys:
        if key is None:
            found.append(Finding("missing-key", "there is no code to know the area by"))
        else:
            found.append(Finding("duplicate-key", f"an area before it has the code {key}") if key in seen else None)
        seen.add(key)
    return found


def _listed(rows: pd.DataFrame, findings: list[Finding | None]) -> pl.DataFrame:
    """What was found, as REMARK_SCHEMA, each naming its area."""
    found = [
        {
            "line": row["line"],
            "rule": one.rule,
            "reason": f"{row['name'] or 'Nameless'}: {one.reason}.",
            "row": _cells(row),
        }
        for row, one in zip(rows.to_dict("records"), findings, strict=True)
        if one
    ]
    return pl.DataFrame(found, schema=REMARK_SCHEMA)


def _cells(row: dict[Hashable, object]) -> str:
    return json.dumps({cell: row[cell] for cell in ("key", "name", "country")}, ensure_ascii=False)
