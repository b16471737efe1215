"""Laws of every delivery, on files that nobody would write: no row is lost, keys do not depend on order."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hexwatch_etl.events import REMARK_SCHEMA, Delivery
from hexwatch_etl.mapping import FileShape, parse_mapping
from hexwatch_etl.normalise import normalise
from hexwatch_etl.reading.delimited import read_delimited
from hexwatch_etl.reading.table import Table
from hexwatch_etl.reading.text import decode

MAPPING = parse_mapping("""
keep = ["note"]
[when]
start = "date"
formats = ["iso", "%d/%m/%Y"]
zone = "Europe/London"
[where]
longitude = "x"
latitude = "y"
[category]
column = "kind"
[[measures]]
name = "n"
title = "N"
unit = "n"
column = "n"
""")
HEADER = "date,x,y,kind,n,note"
DATES = st.sampled_from(["2021-01-01", "2021-03-28 01:30", "31/12/2020", "2021", "soon", "", "2021-10-31T01:30:00"])
NUMBERS = st.sampled_from(["0", "1", "1.5", "-7", "1e9", "nan", "", "95", "181", "many"])
TEXTS = st.text(st.characters(exclude_characters='",\r\n', exclude_categories=["Cs"]), max_size=6)
ROWS = st.lists(st.tuples(DATES, NUMBERS, NUMBERS, TEXTS, NUMBERS, TEXTS).map(",".join), max_size=12)
# Rows as above, and lines that break every rule of CSV.
LINES = st.lists(
    st.one_of(
        st.tuples(DATES, NUMBERS, NUMBERS, TEXTS, NUMBERS, TEXTS).map(",".join),
        st.text(st.sampled_from('",;\t \nab1é\x00\r'), max_size=20),
    ),
    max_size=12,
)


def deliver(text: str) -> Delivery:
    records = read_delimited(text, FileShape(separator=","), "file")
    return normalise(Table(records.columns, records.lines, records.broken), MAPPING, date(2022, 1, 1))


@given(LINES)
@settings(max_examples=200, deadline=None)
def test_no_row_is_lost(lines: list[str]) -> None:
    text = "\n".join([HEADER, *lines]) + "\n"
    delivery = deliver(text)
    assert delivery.rows_in == delivery.events.height + delivery.rejects.height
    taken = pl.concat([delivery.events["line"], delivery.rejects["line"]])
    assert taken.is_unique().all()
    assert taken.is_between(2, text.count("\n") + text.count("\r") + 1).all()
    assert delivery.rejects.schema == REMARK_SCHEMA
    assert delivery.rejects["rule"].null_count() == delivery.rejects["reason"].null_count() == 0
    assert set(delivery.remarks["line"]) <= set(delivery.events["line"])


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_content_keys_do_not_depend_on_order(rows: list[str], shuffle: random.Random) -> None:
    doubled = rows + rows[: len(rows) // 2]
    shuffled = doubled[:]
    shuffle.shuffle(shuffled)
    before, after = (deliver("\n".join([HEADER, *some]) + "\n").events for some in (doubled, shuffled))
    assert before["key"].is_unique().all()
    assert before.drop("line").sort("key").equals(after.drop("line").sort("key"))


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_columns_may_change_places(rows: list[str]) -> None:
    turned = [",".join(reversed(row.split(","))) for row in [HEADER, *rows]]
    before, after = deliver("\n".join([HEADER, *rows]) + "\n"), deliver("\n".join(turned) + "\n")
    assert before.events.equals(after.events)


@given(st.text(st.characters(categories=["L", "N", "P"], max_codepoint=0x17F), min_size=1))
def test_text_that_was_encoded_twice_is_repaired(text: str) -> None:
    assume(decode(text.encode(), None, "file").text == text)  # no one can tell whether Ã© was meant
    for wrong in ("latin-1", "cp1252"):
        try:
            twice = text.encode().decode(wrong).encode()
        except UnicodeDecodeError:
            continue
        assert decode(twice, None, "file").text == text


@pytest.mark.parametrize(
    "text", ["„Spaß“", "Spaß’s", "«Liberté»…", "Liberté\u00a0», café’”", "»PÅ« og øl", "Ελλάδα", "بانغي", "SÃO TOMÉ"]
)
def test_text_that_was_encoded_once_stays(text: str) -> None:
    assert decode(text.encode(), None, "file").text == text


def test_other_scripts_are_repaired_too() -> None:
    assert decode("Банги بانغي".encode().decode("latin-1").encode(), None, "file").text == "Банги بانغي"
