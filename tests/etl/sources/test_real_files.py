"""Every real incident and presence file loads whole: counts as its publisher's rows and SOURCES.md say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hexwatch_etl.events import EVENT_SCHEMA, REMARK_SCHEMA, Delivery
from hexwatch_etl.mapping import load_mapping
from hexwatch_etl.sources import detect, read_delivery
from hexwatch_schemas.words import DatasetKind

# File: source or example mapping, rows.
FILES = {
    "incidents/ucdp_ged231_caf.csv.gz": ("ucdp-ged", 1_848),
    "incidents/ucdp_ged231_caf.geojson.gz": ("ucdp-ged", 1_848),
    "incidents/ucdp_hdx_ssd_2011_2021.csv.gz": ("ucdp-ged", 941),
    "incidents/ucdp_ged231_sample1000.csv.gz": ("ucdp-ged", 1_000),
    "incidents/ucdp_ged201_min6_1995_2019.csv.gz": ("ucdp_min6.toml", 61_296),
    "incidents/awsd_security_incidents_1997_2025.csv.gz": ("awsd", 4_337),
    "incidents/gdelt_20180101000000.export.CSV.gz": ("gdelt", 2_414),
    "incidents/iraq_insurgencies_2007-02_2008-07.csv.gz": ("iraq.toml", 68_573),
    "incidents/chicago_aggravated_assaults.csv.gz": ("chicago.toml", 148_636),
    "incidents/lancashire_asb_2022.tab.gz": ("lancashire.toml", 56_434),
    "presence/geopko_v2.3_FrontMap_1994_2024.csv.gz": ("geo-pko", 8_783),
    "presence/geopko_v2.3_TTMap_1994_2024.csv.gz": ("geo-pko", 7_372),
    "presence/geopko_v2.3_TCCMap_1994_2024.csv.gz": ("geo-pko", 4_927),
    "presence/geopko_v1.2_africa_1994_2018.csv.gz": ("geo-pko", 12_190),
}
DELIVERED = date(2025, 4, 7)  # the day AWSD published its file
REFUSED = {"incidents/awsd_security_incidents_1997_2025.csv.gz": 1}
_read: dict[str, Delivery] = {}


@pytest.fixture
def deliver(shared_data: Path, root: Path) -> Callable[[str], Delivery]:
    """Reads a file once for all tests of a worker."""

    def read(file: str) -> Delivery:
        known = FILES[file][0]
        mapping = load_mapping(root / "docs/examples" / known) if known.endswith(".toml") else None
        if file not in _read:
            _read[file] = read_delivery(shared_data / file, mapping=mapping, delivered=DELIVERED)
        return _read[file]

    return read


def counts(events: pl.DataFrame, column: str) -> dict[str | None, int]:
    return dict(events[column].value_counts().iter_rows())


@pytest.mark.parametrize("file", FILES)
def test_every_row_becomes_an_event_or_a_reject(deliver, file: str) -> None:
    delivery = deliver(file)
    assert delivery.rows_in == FILES[file][1]
    assert (delivery.events.height, delivery.rejects.height) == (
        FILES[file][1] - REFUSED.get(file, 0),
        REFUSED.get(file, 0),
    )
    assert delivery.rejects.schema == REMARK_SCHEMA
    assert delivery.remarks.schema == REMARK_SCHEMA
    assert dict(delivery.events.select(EVENT_SCHEMA.keys()).schema) == EVENT_SCHEMA
    assert delivery.events["key"].is_unique().all()
    needed = ("key", "day_from", "day_to", "day_precision", "precision", "category", "properties")
    assert not any(delivery.events.select(needed).null_count().row(0))


@pytest.mark.parametrize("file", [file for file, (known, _) in FILES.items() if not known.endswith(".toml")])
def test_named_sources_are_recognised_by_content(shared_data: Path, tmp_path: Path, file: str) -> None:
    renamed = tmp_path / "delivery.bin"
    renamed.symlink_to(shared_data / file)
    assert detect(renamed).id == FILES[file][0]


def test_ucdp_car_keeps_its_deaths_and_precisions(deliver) -> None:
    events = deliver("incidents/ucdp_ged231_caf.csv.gz").events
    assert events["deaths"].sum() == 14_948
    assert counts(events, "precision") == {
        "exact": 1_214, "near": 374, "adm2": 149, "adm1": 54, "region": 28, "country": 29,
    }  # fmt: skip
    assert counts(events, "day_precision") == {"day": 1_367, "days": 251, "week": 24, "month": 163, "year": 43}
    assert events.filter(pl.col("day_to") > pl.col("day_from")).height == 481
    assert set(counts(events, "category")) == {"state_based", "non_state", "one_sided"}


@pytest.mark.parametrize(
    ("file", "rows"), [("incidents/ucdp_ged231_caf.csv.gz", 20), ("incidents/ucdp_hdx_ssd_2011_2021.csv.gz", 14)]
)
def test_ucdp_bounds_that_do_not_hold_are_remarked_and_loaded(deliver, file: str, rows: int) -> None:
    assert counts(deliver(file).remarks, "rule") == {"bounds": rows}


def test_ucdp_csv_and_geojson_say_the_same(deliver) -> None:
    csv, geojson = (deliver(f"incidents/ucdp_ged231_caf.{form}.gz").events.drop("line") for form in ("csv", "geojson"))
    assert csv.equals(geojson)


def test_ucdp_from_hdx_skips_the_tag_row(deliver) -> None:
    delivery = deliver("incidents/ucdp_hdx_ssd_2011_2021.csv.gz")
    assert delivery.events["deaths"].sum() == 13_579
    assert delivery.notes == ("Line 2 holds HXL tags and was skipped.",)
    assert delivery.events["line"].min() == 3
    assert delivery.events.filter(pl.col("day_to") > pl.col("day_from")).height == 389


def test_awsd_parts_of_dates_and_places(deliver) -> None:
    delivery = deliver("incidents/awsd_security_incidents_1997_2025.csv.gz")
    events = delivery.events
    assert delivery.rejects.select("rule", "reason").rows() == [
        ("future-date", "It begins on 2025-12-19, after the delivery on 2025-04-07.")
    ]
    # 380 rows have no day; 48 of them have no month either.
    assert counts(events, "day_precision") == {"day": 3_956, "month": 332, "year": 48}
    assert counts(events.filter(pl.col("longitude").is_null()), "precision") == {"country": 13}
    means, countries = counts(events, "source_code"), counts(events, "country")
    assert (means["Kidnapping"], means["Roadside IED"], means["Landmine"]) == (890, 65, 39)
    assert (countries["South Sudan"], countries["Central African Republic"], countries[None]) == (583, 142, 5)


def test_awsd_lines_are_physical_and_details_stay_behind(deliver) -> None:
    delivery = deliver("incidents/awsd_security_incidents_1997_2025.csv.gz")
    assert delivery.rejects["line"].to_list() == [5_465]  # 5,464 lines stand above the last record's
    shown = pl.concat([delivery.rejects, delivery.remarks])["row"].str.json_decode(pl.Struct({"Details": pl.String}))
    assert shown.struct.field("Details").is_null().all()
    assert set(delivery.events["properties"]) == {"{}"}


def test_gdelt_without_a_place_is_unplaced(deliver) -> None:
    events = deliver("incidents/gdelt_20180101000000.export.CSV.gz").events
    assert counts(events.filter(pl.col("longitude").is_null()), "precision") == {"country": 58}
    assert events.filter(pl.col("day_from") < date(2018, 1, 1)).height == 23


def test_iraq_keeps_repeated_rows_apart(deliver) -> None:
    events = deliver("incidents/iraq_insurgencies_2007-02_2008-07.csv.gz").events
    assert counts(events, "source_code") == {"other": 37_292, "SAF": 15_680, "IED": 15_601}
    assert events.filter(~pl.col("key").str.ends_with("-1")).height == 2_095


def test_lancashire_keeps_repeated_rows_apart(deliver) -> None:
    events = deliver("incidents/lancashire_asb_2022.tab.gz").events
    assert events.filter(~pl.col("key").str.ends_with("-1")).height == 20_100
    assert counts(events, "day_precision") == {"month": 56_434}
    assert (events["day_to"] == events["day_to"].dt.month_end()).all()


def test_chicago_has_moments_in_utc(deliver) -> None:
    delivery = deliver("incidents/chicago_aggravated_assaults.csv.gz")
    first = delivery.events.row(0, named=True)
    assert (first["day_from"], first["instant"].isoformat()) == (date(2010, 1, 1), "2010-01-01T06:05:00+00:00")
    assert counts(delivery.remarks, "rule") == {"clock-repeat": 43}
    assert delivery.events["instant"].null_count() == 0


def test_ucdp_extract_has_only_years(deliver) -> None:
    events = deliver("incidents/ucdp_ged201_min6_1995_2019.csv.gz").events
    assert counts(events, "day_precision") == {"year": 61_296}
    assert (events["day_from"].min(), events["day_to"].max()) == (date(1995, 1, 1), date(2019, 12, 31))


def test_geo_pko_bases_stand_for_their_days(deliver) -> None:
    front = deliver("presence/geopko_v2.3_FrontMap_1994_2024.csv.gz")
    assert front.kind is DatasetKind.TRACKS
    assert front.events["troop_days"].null_count() == 250
    unknown = front.events.filter(pl.col("post_days_unknown_strength") > 0)
    assert unknown.height == 250
    assert unknown["troop_days"].null_count() == 250
    missions = front.events["properties"].str.json_decode(pl.Struct({"mission": pl.String})).struct.field("mission")
    assert missions.is_in(["MONUSCO"]).sum() == 687
    assert missions.is_in(["MINUSCA"]).sum() == 239


def test_geo_pko_monthly_file_is_repaired(deliver) -> None:
    delivery = deliver("presence/geopko_v1.2_africa_1994_2018.csv.gz")
    assert delivery.notes == ("UTF-8 encoded twice was repaired on 1,878 lines.",)
    places = set(delivery.events["place"].drop_nulls())
    assert {"Dékoa", "Ndélé"} <= places
    assert not any("Ã" in place for place in places)
    assert counts(delivery.remarks, "rule") == {"missing-coordinates": 1}
    assert delivery.events["troop_days"].null_count() == 120
    assert counts(delivery.events, "day_precision") == {"month": 12_190}
