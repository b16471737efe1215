"""Each named source on rows written by hand: what its words become."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from hexwatch_etl.mapping import load_mapping
from hexwatch_etl.sources import detect, read_delivery
from hexwatch_schemas.words import DatasetKind


def test_ucdp(fixtures: Path) -> None:
    delivery = read_delivery(fixtures / "ucdp-ged.csv")
    events = delivery.events
    assert events["line"].to_list() == [3, 4, 5]
    assert events["category"].to_list() == ["state_based", "one_sided", "non_state"]
    assert events["precision"].to_list() == ["exact", "country", "adm1"]
    assert events["day_precision"].to_list() == ["day", "year", "week"]
    assert events.select("day_from", "day_to").row(1) == (date(2021, 1, 1), date(2021, 12, 31))
    assert events["instant"].null_count() == 3  # midnight there is no time of day
    assert delivery.remarks.select("line", "rule").rows() == [(5, "bounds")]


def test_acled_words(fixtures: Path) -> None:
    events = read_delivery(fixtures / "acled.csv").events
    assert events["line"].to_list() == [2, 4, 5]
    assert events["category"].to_list() == ["battles", "protests", "explosions_remote_violence"]
    assert events["revision"].to_list() == [1_650_000_000, 1_650_000_001, 1_650_000_002]
    assert events["precision"].to_list() == ["exact", "adm1", "near"]
    assert events.select("day_from", "day_to").rows() == [
        (date(2022, 2, 23), date(2022, 2, 23)),
        (date(2022, 2, 20), date(2022, 2, 26)),  # a week: the seven days around the date
        (date(2022, 2, 1), date(2022, 2, 28)),  # a month: the calendar month
    ]
    assert events["deaths"].to_list() == [3, 0, 7]


def test_acled_number_codes_become_the_same_words(fixtures: Path) -> None:
    new = json.loads(read_delivery(fixtures / "acled.csv").events["properties"][0])
    old = [json.loads(kept) for kept in read_delivery(fixtures / "acled_2020.csv").events["properties"]]
    assert (
        old[0]
        == new
        == {
            "sub_event_type": "Armed clash",
            "inter1": "State forces",
            "inter2": "Rebel group",
            "interaction": "State forces-Rebel group",
        }
    )
    assert old[1]["interaction"] == "Rioters only"


def test_acled_event_types_of_other_years(fixtures: Path) -> None:
    delivery = read_delivery(fixtures / "acled_2020.csv")
    assert delivery.events["category"].to_list() == ["battles", "riots_or_protests", "other"]
    assert delivery.events["source_code"][2] == "A type of next year"
    assert delivery.notes == ("Line 2 holds HXL tags and was skipped.",)


def test_awsd(fixtures: Path) -> None:
    delivery = read_delivery(fixtures / "awsd.csv")
    events = delivery.events
    assert events["line"].to_list() == [2, 5, 6, 7]
    assert events["source_code"][0] == "Landmine"
    assert events["day_precision"].to_list() == ["day", "month", "year", "day"]
    assert events.select("day_from", "day_to").rows()[1:3] == [
        (date(2001, 3, 1), date(2001, 3, 31)),
        (date(2001, 1, 1), date(2001, 12, 31)),
    ]
    assert events["precision"].to_list() == ["near", "adm2", "country", "country"]
    assert delivery.remarks["rule"].to_list() == ["missing-coordinates"]
    assert "invented" not in delivery.remarks.write_csv().lower()


def test_gdelt(fixtures: Path) -> None:
    events = read_delivery(fixtures / "gdelt.csv").events
    assert events["line"].to_list() == [1, 2, 3]
    assert events["category"].to_list() == ["fight", "protest", "other"]
    assert events["precision"].to_list() == ["near", "country", "country"]
    assert events["place"][0] == 'Ford "old" town, North, Exampleland'
    assert events["mentions"].to_list() == [4, 2, 1]


def test_geo_pko_by_year(fixtures: Path) -> None:
    delivery = read_delivery(fixtures / "geo-pko.csv")
    assert delivery.kind is DatasetKind.TRACKS
    assert [measure.name for measure in delivery.measures] == [
        "events", "post_days", "troop_days", "post_days_unknown_strength",
    ]  # fmt: skip
    assert delivery.events["category"].to_list() == ["headquarters", "observers", "post"]
    assert delivery.events["post_days"].to_list() == [366, 365, 365]
    assert delivery.events["troop_days"].to_list() == [366 * 150, None, 0]
    assert delivery.events["post_days_unknown_strength"].to_list() == [0, 365, 0]


def test_geo_pko_by_month(fixtures: Path) -> None:
    delivery = read_delivery(fixtures / "geo-pko_monthly.csv")
    events = delivery.events
    assert events.select("place", "country").row(0) == ("Dékoville", "Côte d'Exemple")
    assert delivery.notes == ("UTF-8 encoded twice was repaired on 1 lines.",)
    assert events["category"].to_list() == ["troops", "force_protection", "troops"]
    assert events["troop_days"].to_list() == [29 * 150, None, 290]
    assert events["precision"].to_list() == ["exact", "exact", "country"]


def test_table_as_a_mission_writes_it(fixtures: Path) -> None:
    mapping = load_mapping(fixtures / "table.toml")
    delivery = read_delivery(fixtures / "table.csv", mapping=mapping)
    events = delivery.events
    assert events["day_from"].to_list() == [date(2021, 3, 4), date(2021, 3, 5)]
    assert events["instant"].to_list() == [datetime(2021, 3, 4, 22, 30, tzinfo=UTC), None]
    assert events["category"].to_list() == ["emboscada", "disparo_al_aire"]
    assert events.select("longitude", "latitude").rows() == [(18.25, 4.5), (18.5, 5.25)]
    assert events["deaths"].to_list() == [2, 0]


def test_both_geo_pko_forms_are_recognised(fixtures: Path) -> None:
    assert {detect(fixtures / name).id for name in ("geo-pko.csv", "geo-pko_monthly.csv")} == {"geo-pko"}
