"""Mappings say what is wrong with them, and what they can do to a table."""

from __future__ import annotations

import json
from datetime import date

import pytest

from hexwatch_etl.mapping import parse_mapping
from hexwatch_schemas.errors import MappingError

WHEN = '[when]\nstart = "date"\n'
PLACE = '[where]\nlongitude = "x"\nlatitude = "y"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[when", "is not valid TOML"),
        ("", "when: Field required"),
        ("[when]\n", "name either `start` or `year`"),
        ('[when]\nstart = "a"\nyear = "b"\n', "name either `start` or `year`"),
        ('[when]\nstarts = "a"\n', r"when\.starts"),
        (WHEN + 'zone = "Africa/Bangi"\n', "no IANA time zone"),
        (WHEN + '[where]\ncrs = "EPSG:1"\n', "no reference system"),
        (WHEN + '[where]\nprecision = "exactly"\n', r"where\.precision"),
        (WHEN + '[[measures]]\nname = "Deaths"\ntitle = "a"\nunit = "b"\n', r"measures\.0\.name"),
        (WHEN + '[[measures]]\nname = "events"\ntitle = "a"\nunit = "b"\n', "is a word of the event table"),
        (WHEN + '[bounds]\nlow = "a"\nbest = "b"\nhigh = "c"\n', "bounds name the measure 'a'"),
        ('rules = { bound = "remark" }\n' + WHEN, "'bound' is no rule"),
        (WHEN + '[[measures]]\nname="a"\ntitle="a"\nunit="b"\n' * 2, "not valid TOML|two measures"),
    ],
)
def test_what_is_wrong_is_named(text: str, reason: str) -> None:
    with pytest.raises(MappingError, match=reason):
        parse_mapping(text)


def test_52_an_unknown_column_names_its_neighbours(deliver) -> None:
    with pytest.raises(MappingError, match=r"no column 'event_dat'\. Did you mean event_date\?"):
        deliver("event_date,x,y\n2021-01-01,1,2\n", WHEN.replace("date", "event_dat") + PLACE)


def test_an_unknown_column_like_no_other_names_them_all(deliver) -> None:
    with pytest.raises(MappingError, match=r"The file has date, x, y\."):
        deliver("date,x,y\n2021-01-01,1,2\n", WHEN + PLACE + 'place = "Ortsname"\n')


def test_columns_may_have_several_names(deliver) -> None:
    delivery = deliver(
        "date,lon,lat\n2021-01-01,1,2\n", WHEN + '[where]\nlongitude = ["x", "lon"]\nlatitude = ["y", "lat"]\n'
    )
    assert delivery.events["longitude"].to_list() == [1.0]


def test_any_reference_system(deliver) -> None:
    delivery = deliver("date,x,y\n2021-01-01,804763.6,500000\n2021-01-02,,\n", WHEN + PLACE + 'crs = "EPSG:32633"\n')
    longitude, latitude = delivery.events.select("longitude", "latitude").row(0)
    assert (longitude, latitude) == pytest.approx((17.7463, 4.5184), abs=1e-4)
    assert delivery.events["precision"].to_list() == ["exact", "country"]


def test_only_named_columns_are_kept(deliver) -> None:
    keep = 'keep = ["actor", { column = "code", name = "side", codes = { 1 = "State" } }]\n'
    delivery = deliver('date,x,y,actor,code,victim\n2021-01-01,1,2,"A ""b""",1,N. N.\n', keep + WHEN + PLACE)
    assert json.loads(delivery.events["properties"][0]) == {"actor": 'A "b"', "side": "State"}


def test_amounts_with_decimals_keep_their_scale(deliver) -> None:
    measure = '[[measures]]\nname = "n"\ntitle = "N"\nunit = "n"\nscale = 10\ncolumn = "n"\n'
    delivery = deliver(
        "date;x;y;n\n2021-01-01;1,5;2;0,5\n2021-01-02;1,5;2;\n", WHEN + PLACE + measure + '[file]\ndecimal = ","\n'
    )
    assert delivery.events["n"].to_list() == [0.5, None]
    assert delivery.measures[1].scale == 10


def test_whole_amounts_refuse_parts(deliver) -> None:
    measure = '[[measures]]\nname = "n"\ntitle = "N"\nunit = "n"\ncolumn = "n"\n'
    delivery = deliver("date,x,y,n\n2021-01-01,1,2,0.5\n2021-01-02,1,2,3.0\n", WHEN + PLACE + measure)
    assert delivery.events["n"].to_list() == [3]
    assert delivery.rejects["reason"].to_list() == ["n is 0.5, which is no whole number."]


def test_ids_of_several_columns_and_revisions(deliver) -> None:
    key = '[key]\ncolumns = ["office", "number"]\nrevision = "changed"\n'
    rows = ("A,1,2021-01-01,1,2,7", "A,2,2021-01-01,1,2,1970-01-02T00:00:00Z", "B,1,2021-01-01,1,2,")
    events = deliver("\n".join(["office,number,date,x,y,changed", *rows]), key + WHEN + PLACE).events
    assert events.select("key", "revision").rows() == [("A:1", 7), ("A:2", 86_400), ("B:1", None)]


def test_codes_are_found_whatever_their_case_and_blanks(deliver) -> None:
    category = '[category]\ncolumn = "c"\ncodes = { "Air strike " = "air" }\ndefault = "other"\n'
    delivery = deliver("date,x,y,c\n2021-01-01,1,2, AIR STRIKE \n2021-01-01,1,2,\n", WHEN + PLACE + category)
    assert delivery.events["category"].to_list() == ["air", "other"]
    assert delivery.events["source_code"].to_list() == ["AIR STRIKE", None]


def test_a_table_without_points_is_unplaced(deliver) -> None:
    delivery = deliver("date,land\n2021-01-01,Mali\n", WHEN + '[where]\nprecision = "country"\ncountry = "land"\n')
    assert delivery.events.select("longitude", "precision", "country").rows() == [(None, "country", "Mali")]
    assert delivery.remarks.is_empty()


def test_without_a_header_columns_are_named(deliver) -> None:
    delivery = deliver("2021-01-01,1,2\n", '[file]\nnames = ["date", "x", "y"]\n' + WHEN + PLACE)
    assert delivery.events.select("line", "day_from").rows() == [(1, date(2021, 1, 1))]


def test_the_content_key_does_not_follow_how_the_file_writes_it(deliver) -> None:
    one = deliver("date,x,y\n2021-01-01,1,2.50\n", WHEN + PLACE).events["key"][0]
    other = deliver("y;x;date;note\n2,5;1,0;2021-01-01T00:00;new\n", WHEN + PLACE + '[file]\ndecimal = ","\n').events[
        "key"
    ][0]
    assert one == other
