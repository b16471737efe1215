"""FlatGeobuf, with its spatial index where every feature has a place."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from ..gdal import written
from ..writing import Format, Sheet


def _write(sheet: Sheet) -> Iterator[bytes]:
    about = orjson.dumps(sheet.about).decode()
    options = {"TITLE": sheet.layer.title, "DESCRIPTION": about}
    if sheet.page.has_gaps:  # an index knows no features without a place
        options["SPATIAL_INDEX"] = "NO"
    return written(sheet, "FlatGeobuf", "fgb", layer_options=options)


FORMAT = Format("fgb", 50, "FlatGeobuf", "application/flatgeobuf", _write, ("application/vnd.flatgeobuf",), "fgb")
