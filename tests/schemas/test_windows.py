"""What datetime= means."""

from __future__ import annotations

from datetime import date

import pytest

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.windows import Window, parse

EXTENT = Window(date(1991, 8, 8), date(2022, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (None, "1991-08-08", "2022-12-31"),
        ("2014", "2014-01-01", "2014-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2014-03-05", "2014-03-05", "2014-03-05"),
        ("2014-03-05T12:00:00Z", "2014-03-05", "2014-03-05"),
        ("2014-01-01/2014-03-31", "2014-01-01", "2014-03-31"),
        ("2014/2015-06", "2014-01-01", "2015-06-30"),
        ("../2014-03-31", "1991-08-08", "2014-03-31"),
        ("2014-03-31/..", "2014-03-31", "2022-12-31"),
        ("2014-03-31/", "2014-03-31", "2022-12-31"),
        ("2030-01-01/..", "2030-01-01", "2030-01-01"),  # after the data: a window, but an empty one
    ],
)
def test_a_window_is_read(text: str | None, first: str, last: str) -> None:
    assert parse(text, EXTENT) == Window(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text", ["banana", "", "2014-13", "2014-02-30", "0000", "2015/2014", "1/2/3", "%00", "2014-01-01 / x"]
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="datetime"):
        parse(text, EXTENT)
