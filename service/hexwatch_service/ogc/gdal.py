"""Files that GDAL writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from .arrow import batches, schema, system
from .schema import GEOMETRY
from .writing import Sheet, through_file


def written(sheet: Sheet, driver: str, ending: str, **options: Any) -> Iterator[bytes]:
    """The bytes of a file that a driver of GDAL's makes."""

    def write(place: Path) -> None:
        from pyogrio import write_arrow  # noqa: PLC0415 (GDAL takes its time to load, and few ask for it)

        columns = schema(sheet)
        write_arrow(
            pa.RecordBatchReader.from_batches(columns, batches(sheet)), place, layer=sheet.layer.id, driver=driver,
            geometry_name=GEOMETRY, geometry_type=sheet.page.kind, crs=f"EPSG:{system(sheet.page).epsg}", **options,
        )  # fmt: skip

    return through_file(write, ending)
