"""FlatGeobuf, with its spatial index."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from ..gdal import written
from ..writing import Format, Sheet


def _write(sheet: Sheet) -> Iterator[bytes]:
    about = orjson.dumps(sheet.about).decode()
    return written(sheet, "FlatGeobuf", "fgb", layer_options={"TITLE": sheet.layer.title, "DESCRIPTION": about})


FORMAT = Format("fgb", 50, "FlatGeobuf", "application/flatgeobuf", _write, ("application/vnd.flatgeobuf",), "fgb")
