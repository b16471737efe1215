"""From files to pings: GPX of both versions, nested columns, tables in any order and with any offset."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from fixtures.pings import plain
from hexwatch_etl.events import Delivery
from hexwatch_etl.mapping import load_mapping
from hexwatch_etl.sources import read_delivery
from hexwatch_etl.tracks.mapping import PingMapping
from hexwatch_schemas.errors import MappingError, UnreadableFile

Deliver = Callable[..., Delivery]
FIXTURES = Path(__file__).parents[1] / "sources" / "fixtures"
HEADER = "track,time,x,y,type,people\n"
GPX = '<gpx version="{version}" creator="x">{body}</gpx>'
POINT = '<trkpt lat="4.0" lon="18.0"><time>2024-01-15T06:00:00Z</time></trkpt>'


def gpx(body: str, version: str = "1.0") -> str:
    """A GPX file."""
    return GPX.format(version=version, body=body)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_waypoints_and_points_without_a_time_are_quarantined(deliver: Deliver, version: str) -> None:
    body = '<wpt lat="1" lon="2"><name>Camp</name></wpt><rte><rtept lat="1" lon="2"/></rte>'
    body += f'<trk><name>a</name><trkseg>{POINT}<trkpt lat="4" lon="18"/></trkseg></trk>'
    delivery = deliver(gpx(body, version))
    assert (delivery.rows_in, delivery.events.height) == (4, 1)
    assert delivery.rejects.select("line", "rule").rows() == [
        (1, "not-a-ping"),
        (2, "not-a-ping"),
        (4, "missing-date"),
    ]


def test_tracks_of_one_name_are_kept_apart_and_segments_too() -> None:
    pings = read_delivery(FIXTURES / "gpx.gpx").events
    assert pings["track"].to_list() == [
        *["ACTIVE LOG 2024-01-15T06:00:00+00:00"] * 4,
        "ACTIVE LOG 2024-01-16T06:00:00.500000+01:00",
    ]
    assert pings["part"].to_list() == ["1", "1", "2", "2", "1"]
    assert pings["patrol_type"].to_list() == ["foot"] * 4 + ["patrol"]
    assert pings["time"][-1] == datetime(2024, 1, 16, 5, 0, 0, 500_000, UTC)


ENTITY = '<!DOCTYPE gpx [<!ENTITY a "aaaa">]>'
BAD = {
    "an entity": (ENTITY.encode() + gpx("<trk/>").encode(), "DOCTYPE"),
    "an entity in lower case": (b"<!doctype gpx>" + gpx("<trk/>").encode(), "DOCTYPE"),
    "cut short": (gpx(POINT).encode()[:-10], "could not be read as GPX"),
    "no number": (gpx('<wpt lat="north" lon="2"/>').encode(), "could not be read as GPX"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_gpx_file_is_refused(deliver: Deliver, kind: str) -> None:
    data, reason = BAD[kind]
    with pytest.raises(UnreadableFile, match=reason):
        deliver(data)


def test_a_declared_encoding_hides_no_doctype(deliver: Deliver) -> None:
    hidden = '<?xml version="1.0" encoding="utf-7"?>' + "+ADw-+ACE-DOCTYPE gpx+AD4-" + gpx("<trk/>")
    with pytest.raises(UnreadableFile):
        deliver(hidden)


def test_fields_of_nested_columns_are_columns() -> None:
    pings = read_delivery(FIXTURES / "earthranger.parquet").events
    assert pings["track"].to_list() == ["p1:s1", "p1:s2", "p2:s1"]
    assert pings["mover"].to_list() == ["Ranger 1", "Ranger 2", "Ranger 1"]
    assert pings["patrol_type"].to_list() == ["routine_patrol", "routine_patrol", "aerial"]


def test_offsets_may_change_within_a_file_and_strength_may_be_unknown() -> None:
    mapping = load_mapping(FIXTURES / "pings.toml", PingMapping)
    delivery = read_delivery(FIXTURES / "pings.csv", mapping=mapping)
    assert [t.strftime("%H:%M") for t in delivery.events["time"]] == ["19:50", "20:10", "20:00", "20:00", "20:05"]
    assert delivery.events["strength"].to_list() == [6, 6, None, 6, None]
    assert [m.name for m in delivery.measures] == ["metres", "seconds", "visits", "nights", "person_seconds"]


# Each rule of a single row, with a row that breaks it and what its reason says.
ROWS = {
    "missing-key": (",2024-01-15T06:00:00Z,18,4,foot,4", "track is empty"),
    "missing-date": ("a,,18,4,foot,4", "time is empty"),
    "unreadable-date": ("a,noon,18,4,foot,4", "noon"),
    "future-date": ("a,2199-01-15T06:00:00Z,18,4,foot,4", "2199-01-15"),
    "no-moment": ("a,2024-01-15T06:00:00,18,4,foot,4", "no offset"),
    "missing-coordinates": ("a,2024-01-15T06:00:00Z,,4,foot,4", "no coordinates"),
    "zero-coordinates": ("a,2024-01-15T06:00:00Z,0,0,foot,4", "0, 0"),
    "impossible-coordinates": ("a,2024-01-15T06:00:00Z,190,4,foot,4", "190"),
    "swapped-coordinates": ("a,2024-01-15T06:00:00Z,4,118,foot,4", "118"),
    "unreadable-coordinates": ("a,2024-01-15T06:00:00Z,east,4,foot,4", "east"),
    "unreadable-number": ("a,2024-01-15T06:00:00Z,18,4,foot,some", "some"),
}


@pytest.mark.parametrize("rule", ROWS)
def test_a_row_that_is_no_ping_is_quarantined_with_its_reason(deliver: Deliver, rule: str) -> None:
    row, reason = ROWS[rule]
    delivery = deliver(f"{HEADER}a,2024-01-15T06:00:00Z,18,4,foot,4\n{row}\n", plain())
    assert (delivery.rows_in, delivery.events.height) == (2, 1)
    assert delivery.rejects.select("line", "rule").rows() == [(3, rule)]
    assert reason in delivery.rejects["reason"][0]


def test_times_without_an_offset_are_those_of_the_zone(deliver: Deliver) -> None:
    delivery = deliver(HEADER + "a,2024-01-15T06:00:00,18,4,foot,4\n", plain('zone = "Africa/Nairobi"\n'))
    assert delivery.events["time"].to_list() == [datetime(2024, 1, 15, 3, tzinfo=UTC)]


def test_a_strength_may_be_declared_for_all(deliver: Deliver) -> None:
    mapping = plain().model_copy(update={"strength": 7})
    assert deliver(HEADER + "a,2024-01-15T06:00:00Z,18,4,foot,\n", mapping).events["strength"].to_list() == [7]


def test_a_mapping_that_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    for data in ({"zone": "Nairobi"}, {"strength": 0}, {"track": []}, {"speed": 3}):
        with pytest.raises(ValidationError):
            PingMapping.model_validate({"track": ["a"], "time": "b"} | data)
    (tmp_path / "mapping.toml").write_text("track = 3")
    with pytest.raises(MappingError, match="track"):
        load_mapping(tmp_path / "mapping.toml", PingMapping)
