"""GeoParquet 1.1: the cell as text, the numbers, the outline as WKB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from ..arrow import batches, schema, system
from ..crs import CRS84
from ..schema import GEOMETRY
from ..writing import Format, Sheet, through_file


def _write(sheet: Sheet) -> Iterator[bytes]:
    columns = schema(sheet)
    said = {**(columns.metadata or {}), b"geo": orjson.dumps(_geo(sheet))}

    def write(place: Path) -> None:
        with pq.ParquetWriter(place, columns.with_metadata(said), compression="zstd") as writer:
            for batch in batches(sheet):
                writer.write_batch(batch)

    return through_file(write, "parquet")


def _geo(sheet: Sheet) -> dict[str, Any]:
    crs = system(sheet.page)
    column = {"encoding": "WKB", "geometry_types": [sheet.page.kind], "orientation": "counterclockwise"}
    if crs is not CRS84:  # which is what no crs means
        from pyproj import CRS  # noqa: PLC0415 (only here)

        column["crs"] = CRS.from_epsg(crs.epsg).to_json_dict()
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


FORMAT = Format("parquet", 40, "GeoParquet", "application/vnd.apache.parquet", _write, ending="parquet")
