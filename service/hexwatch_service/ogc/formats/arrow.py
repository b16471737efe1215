"""Arrow IPC stream, with WKB outlines as GeoArrow names them."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa

from ..arrow import batches, schema
from ..writing import Format, Sheet


def _write(sheet: Sheet) -> Iterator[bytes]:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema(sheet)) as stream:
        for batch in batches(sheet):
            stream.write_batch(batch)
            yield _drained(sink)
    yield _drained(sink)


def _drained(sink: io.BytesIO) -> bytes:
    written = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return written


FORMAT = Format("arrow", 60, "Arrow", "application/vnd.apache.arrow.stream", _write, ending="arrows")
