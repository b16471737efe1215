"""GeoJSON text sequences (RFC 8142): one feature after the other, however many there are."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from ..writing import PIECE, Format, Sheet
from .geojson import features

_RECORD = b"\x1e"


def _write(sheet: Sheet) -> Iterator[bytes]:
    terms = {k: sheet.about[k] for k in ("release", "window", "attribution")}  # a sequence has no place of its own
    for piece in sheet.page.pieces(PIECE):
        records = (
            orjson.dumps({**feature, **terms}, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE)
            for feature in features(piece)
        )
        yield b"".join(_RECORD + record for record in records)


FORMAT = Format("jsonseq", 20, "GeoJSON text sequence", "application/geo+json-seq", _write, ending="geojsons")
