"""GeoPackage (OGC 12-128): one layer, what it is of in its metadata."""

from __future__ import annotations

from collections.abc import Iterator

from ..collections import description
from ..gdal import written
from ..writing import Format, Sheet


def _write(sheet: Sheet) -> Iterator[bytes]:
    about = {name: str(value) for name, value in sheet.about.items()}
    titles = {"IDENTIFIER": sheet.layer.title, "DESCRIPTION": description(sheet.layer)}
    return written(sheet, "GPKG", "gpkg", layer_metadata=about, layer_options=titles)


FORMAT = Format("gpkg", 45, "GeoPackage", "application/geopackage+sqlite3", _write, ending="gpkg")
