"""What tells one event from another: the source's id, or a key made from the content."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from .events import EVENT_SCHEMA, Measure
from .mapping import Column, Key
from .normalise_cells import Cells
from .normalise_dates import read_moments
from .rules import Findings

_DEGREE = 10**7  # a key holds coordinates to about a centimetre, so that a float's last digit cannot change it
_NOT_CONTENT = {"line", "key", "revision"}


def id_keys(cells: Cells, key: Key, findings: Findings) -> dict[str, pl.Series]:
    """key and revision from their columns; key is null where the mapping names none."""
    revision = _revision(cells, key.revision, findings) if key.revision else cells.constant(None, pl.Int64())
    if not key.columns:
        return {"key": cells.constant(None, pl.String()), "revision": revision}
    parts = [cells.text(column) for column in key.columns]
    joined = pl.select(pl.concat_str(parts, separator=":")).to_series()
    findings.add("missing-key", joined.is_null(), "{} is empty.", " or ".join(key.columns))
    return {"key": joined, "revision": revision}


def _revision(cells: Cells, column: Column, findings: Findings) -> pl.Series:
    """A whole number as it is, a time as seconds since 1970."""
    text = cells.text(column)
    moment = read_moments(text, ("iso",))
    seconds = moment.struct.field("local").dt.epoch("s") - moment.struct.field("offset").fill_null(0)
    value = cells.number(column).cast(pl.Int64, strict=False)
    value = value.zip_with(value.is_not_null(), seconds)
    broken = text.is_not_null() & value.is_null()
    findings.add("unreadable-number", broken, "{} is {}, neither number nor time.", cells.name(column), text)
    return value


def content_keys(events: pl.DataFrame, measures: Sequence[Measure]) -> pl.Series:
    """Keys from what the events say, not from where they stand or how the file writes it.

    Equal events are numbered, so that real repetitions stay apart; as they are equal in everything that is
    loaded, it does not matter which is which, and any order of the rows gives the same events.
    """
    content = events.select(pl.concat_str(_parts(measures), separator="\x1f").alias("content"))
    distinct = content["content"].unique()
    digests = {text: blake2b(text.encode(), digest_size=12).hexdigest() for text in distinct}
    digest = pl.col("content").replace_strict(digests, return_dtype=pl.String)
    occurrence = pl.int_range(1, pl.len() + 1).over("content")
    return content.select(pl.format("{}-{}", digest, occurrence).alias("key")).to_series()


def _parts(measures: Sequence[Measure]) -> list[pl.Expr]:
    scales = {"longitude": _DEGREE, "latitude": _DEGREE} | {measure.name: measure.scale for measure in measures}
    whole = [(pl.col(name) * scale).round().cast(pl.Int64) for name, scale in scales.items()]
    words = [pl.col(name) for name in EVENT_SCHEMA if name not in scales and name not in _NOT_CONTENT]
    instants = {"instant": pl.col("instant").dt.epoch("us")}
    return [instants.get(part.meta.output_name(), part).cast(pl.String).fill_null("") for part in (*words, *whole)]
