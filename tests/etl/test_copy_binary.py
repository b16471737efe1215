"""Columns copied in PostgreSQL's binary format are read back as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql as compose

from hexwatch_etl import copy_binary
from hexwatch_etl.copy_binary import jsonb
from hexwatch_etl.store_rows import copy_rows

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def whole(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def array(of: st.SearchStrategy) -> st.SearchStrategy[list]:
    return st.lists(st.none() | of, max_size=4)


COLUMNS: dict[str, tuple[pl.DataType, st.SearchStrategy]] = {
    "bigint": (pl.Int64(), whole(64)),
    "integer": (pl.Int32(), whole(32)),
    "smallint": (pl.Int16(), whole(16)),
    "double precision": (pl.Float64(), st.floats(allow_nan=False)),
    "boolean": (pl.Boolean(), st.booleans()),
    "date": (pl.Date(), st.dates(date(1, 1, 1))),
    "timestamptz": (pl.Datetime("us", "UTC"), MOMENTS),
    "text": (pl.String(), WORDS),
    "bytea": (pl.Binary(), st.binary()),
    "bigint[]": (pl.List(pl.Int64), array(whole(64))),
    "integer[]": (pl.List(pl.Int32), array(whole(32))),
    "text[]": (pl.List(pl.String), array(WORDS)),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[tuple]]:
    """Types in any order, some often, and rows of them with nulls."""
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=8))
    return kinds, draw(st.lists(st.tuples(*(st.none() | COLUMNS[k][1] for k in kinds)), max_size=8))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_any_frame_reads_back_equal(server: str, table: tuple[list[str], list[tuple]]) -> None:
    kinds, rows = table
    frame = pl.DataFrame(rows, {f"c{at}": COLUMNS[k][0] for at, k in enumerate(kinds)}, orient="row")
    columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(kinds))
    with psycopg.connect(server) as conn, pytest.MonkeyPatch.context() as patch:
        patch.setattr(copy_binary, "BATCH", 3)
        conn.execute("set time zone 'UTC'")
        conn.execute(compose.SQL("create temporary table copied ({})").format(compose.SQL(columns)))  # pyright: ignore[reportArgumentType]
        copy_rows(conn, "copy copied from stdin (format binary)", frame)
        assert conn.execute("select * from copied").fetchall() == rows


def test_json_and_characters(server: str) -> None:
    frame = pl.DataFrame({"said": ['{"a": [1, "é"]}', None], "placement": pl.Series([ord("p"), None], dtype=pl.UInt8)})
    with psycopg.connect(server) as conn:
        conn.execute('create temporary table copied (said jsonb, placement "char")')
        copy_rows(conn, "copy copied from stdin (format binary)", frame.with_columns(jsonb("said")))
        assert conn.execute("select said, placement::text from copied").fetchall() == [
            ({"a": [1, "é"]}, "p"),
            (None, None),
        ]


def test_a_column_that_has_no_such_form_is_named(server: str) -> None:
    spans = pl.DataFrame({"span": [None]}, {"span": pl.Duration()})
    with psycopg.connect(server) as conn, pytest.raises(TypeError, match=r"'span'.*Duration"):
        copy_rows(conn, "copy pg_class from stdin (format binary)", spans)
