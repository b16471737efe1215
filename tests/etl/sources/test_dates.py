"""Dates in every form people write them, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_etl.normalise_dates import read_moments

PLACE = '[where]\nlongitude = "x"\nlatitude = "y"\n'


def when(deliver, cells: str, header: str, mapping: str) -> dict:
    delivery = deliver(f"{header},x,y\n{cells},1,2\n", f"[when]\n{mapping}\n{PLACE}", date(2100, 1, 1))
    assert delivery.rejects.is_empty(), delivery.rejects.rows()
    return delivery.events.row(0, named=True)


def read(text: str, *formats: str) -> dict | None:
    return read_moments(pl.Series([text]), formats or ("iso",))[0]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2009-02-03", "iso"),
        ("2009-02-03T00:00:00", "iso"),
        ("2009-02-03 00:00:00.000", "iso"),
        ("2009-02-03T00:00Z", "iso"),
        ("20090203", "%Y%m%d"),
        ("3 February 2009", "%d %B %Y"),
        ("03-Feb-09", "%d-%b-%y"),
        ("3-Feb-2009", "%d-%b-%Y"),
        ("03/02/2009", "%d/%m/%Y"),
        ("02/03/2009", "%m/%d/%Y"),
        ("3.2.2009", "%d.%m.%Y"),
        ("2009-034", "%Y-%j"),
        ("1233619200", "epoch"),
        ("1233619200000", "epoch"),
        ("1233619200.0", "epoch"),
    ],
)
def test_forms_of_one_day(text: str, form: str) -> None:
    moment = read(text, form)
    assert moment is not None
    assert (moment["local"], moment["grain"]) == (datetime(2009, 2, 3), "day")  # noqa: DTZ001 (local time has no zone)


@pytest.mark.parametrize(
    ("text", "form", "grain"),
    [
        ("2009-02", "iso", "month"),
        ("2009", "iso", "year"),
        ("02/2009", "%m/%Y", "month"),
        ("Feb 2009", "%b %Y", "month"),
        ("09", "%y", "year"),
    ],
)
def test_coarse_forms(text: str, form: str, grain: str) -> None:
    moment = read(text, form)
    assert moment is not None
    assert (moment["local"].year, moment["grain"]) == (2009, grain)


@pytest.mark.parametrize(
    "text", ["", "NA", "2009-13-01", "2009-02-30", "0000-01-01", "12.5.2009", "2009-02-03T25:00", "1e400"]
)
def test_what_is_no_date(text: str) -> None:
    assert read(text, "iso") is None


def test_epochs_beyond_the_calendar_are_no_dates() -> None:
    assert read("1e300", "epoch") is None
    assert read("-99999999999", "epoch") is None


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_iso_round_trip(local: datetime, minutes: int) -> None:
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    moment = read(f"{local.isoformat()}{sign}{size // 60:02}:{size % 60:02}")
    assert moment is not None
    assert (moment["local"], moment["offset"], moment["timed"]) == (local, minutes * 60, True)


def test_a_second_format_reads_what_the_first_cannot() -> None:
    moments = read_moments(pl.Series(["2009-02-03", "3/2/2009", None]), ("iso", "%d/%m/%Y"))
    assert moments.struct.field("local").dt.date().to_list() == [date(2009, 2, 3)] * 2 + [None]


def test_offsets_keep_the_local_day(deliver) -> None:
    found = when(deliver, "2021-03-04T23:30:00-06:00", "date", 'start = "date"')
    assert (found["day_from"], found["instant"]) == (date(2021, 3, 4), datetime(2021, 3, 5, 5, 30, tzinfo=UTC))


@pytest.mark.parametrize("text", ["04/03/2021 23:30 -0600", "04/03/2021 23:30 -06:00"])
def test_offsets_in_patterns(deliver, text: str) -> None:
    found = when(deliver, text, "date", 'start = "date"\nformats = ["%d/%m/%Y %H:%M %z"]')
    assert (found["day_from"], found["instant"]) == (date(2021, 3, 4), datetime(2021, 3, 5, 5, 30, tzinfo=UTC))


def test_times_without_a_zone_are_days_only(deliver) -> None:
    found = when(deliver, "2021-03-04T23:30", "date", 'start = "date"')
    assert (found["day_from"], found["instant"]) == (date(2021, 3, 4), None)


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("America/Chicago", "2021-03-14 02:30", "2021-03-14 08:30"),  # skipped: read as 03:30 summer time
        ("America/Chicago", "2021-11-07 01:30", "2021-11-07 06:30"),  # twice: the first, summer time
        ("Australia/Lord_Howe", "2021-10-03 02:15", "2021-10-02 15:45"),  # summer time skips only half an hour
        ("Africa/Bangui", "2021-03-14 02:30", "2021-03-14 01:30"),
    ],
)
def test_clocks_that_jump(deliver, zone: str, text: str, utc: str) -> None:
    found = when(deliver, text, "date", f'start = "date"\nzone = "{zone}"')
    assert found["instant"] == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found["instant"] == datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("cells", "days", "precision"),
    [
        ("2021,02,03", (date(2021, 2, 3), date(2021, 2, 3)), "day"),
        ("2021,2,3", (date(2021, 2, 3), date(2021, 2, 3)), "day"),
        ("2021.0,2.0,3.0", (date(2021, 2, 3), date(2021, 2, 3)), "day"),
        ("2024,2,", (date(2024, 2, 1), date(2024, 2, 29)), "month"),
        ("2021,,", (date(2021, 1, 1), date(2021, 12, 31)), "year"),
        ("2021,,3", (date(2021, 1, 1), date(2021, 12, 31)), "year"),
    ],
)
def test_dates_in_parts(deliver, cells: str, days: tuple[date, date], precision: str) -> None:
    found = when(deliver, cells, "year,month,day", 'year = "year"\nmonth = "month"\nday = "day"')
    assert (found["day_from"], found["day_to"], found["day_precision"]) == (*days, precision)


@pytest.mark.parametrize(
    ("start", "end", "days", "precision"),
    [
        ("2021-02-03", "2021-02-03", 1, "day"),
        ("2021-02-03", "", 1, "day"),
        ("2021-02-03", "2021-02-08", 6, "days"),
        ("2021-02-03", "2021-02-09", 7, "week"),
        ("2021-02-03", "2021-03-02", 28, "month"),
        ("2021-02-03", "2021-06-02", 120, "year"),
        ("2021-02-03", "2021-03", 57, "year"),
    ],
)
def test_first_and_last_day(deliver, start: str, end: str, days: int, precision: str) -> None:
    found = when(deliver, f"{start},{end}", "a,b", 'start = "a"\nend = "b"')
    assert found["day_to"] - found["day_from"] == timedelta(days=days - 1)
    assert found["day_precision"] == precision


@pytest.mark.parametrize(
    ("precision", "days"),
    [
        ("day", (date(2021, 2, 10), date(2021, 2, 10))),
        ("days", (date(2021, 2, 10), date(2021, 2, 10))),
        ("week", (date(2021, 2, 7), date(2021, 2, 13))),
        ("month", (date(2021, 2, 1), date(2021, 2, 28))),
        ("year", (date(2021, 1, 1), date(2021, 12, 31))),
    ],
)
def test_one_day_that_is_not_exact(deliver, precision: str, days: tuple[date, date]) -> None:
    found = when(deliver, "2021-02-10", "date", f'start = "date"\nprecision = "{precision}"')
    assert (found["day_from"], found["day_to"], found["day_precision"]) == (*days, precision)


def test_a_row_without_an_end_is_widened_like_any_other(deliver) -> None:
    mapping = 'start = "a"\nend = "b"\nprecision = "month"'
    assert when(deliver, "2021-02-10,", "a,b", mapping)["day_to"] == date(2021, 2, 28)
    assert when(deliver, "2021-02-10,2021-02-11", "a,b", mapping)["day_to"] == date(2021, 2, 11)
