"""The files of the made-up mission agree with its truth, and are the same on every run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from fixtures.mission import Written, written
from hexwatch_etl.areas_read import read_areas
from hexwatch_etl.demo import country as ground
from hexwatch_etl.demo import marks, reporting, simulate
from hexwatch_etl.demo.country import UNREPORTED_ZONE
from hexwatch_etl.mapping import load_mapping
from hexwatch_etl.sources import read_delivery
from hexwatch_schemas.errors import UsageError


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_another_process_writes_the_same_bytes(folder: Path, tmp_path: Path, cli: Callable) -> None:
    done = cli("simulate", "--out", tmp_path / "again", "--json", env={"PYTHONHASHSEED": "7"})
    assert done.code == 0, done.stderr
    assert contents(tmp_path / "again") == contents(folder)
    assert json.loads(done.stdout)["loads"] == json.loads((folder / "loads.json").read_text())


def test_another_seed_is_another_history_of_the_same_country(folder: Path, tmp_path: Path) -> None:
    other = contents(simulate(tmp_path, seed=1).folder)
    same = {name for name, data in contents(folder).items() if other[name] == data}
    assert same == {
        *("README.txt", "incidents.toml", "patrols.toml", "access.toml", "access.csv", "loads.json", "zones.geojson"),
    }
    ids = [set(pl.read_csv(where / "incidents_initial.csv")["incident_id"]) for where in (folder, tmp_path)]
    assert not ids[0] & ids[1]


def test_every_file_says_that_it_is_synthetic(folder: Path) -> None:
    assert [name for name, data in contents(folder).items() if b"synthetic" not in data.lower()] == []
    loads = json.loads((folder / "loads.json").read_text())
    assert loads
    assert all("(synthetic)" in load[load.index("--title") + 1] for load in loads)
    assert all("--synthetic" in load for load in loads if load[0] == "load")
    for name in ("incidents_initial.csv", "incidents_revised.csv"):
        assert pl.read_csv(folder / name)["source"].str.starts_with("synthetic").all()


def test_it_takes_a_moment(tmp_path: Path) -> None:
    start = time.process_time()
    simulate(tmp_path)
    assert time.process_time() - start < 3


def test_each_incident_that_was_heard_of_stands_once(demo: Written) -> None:
    mission, heard = demo.mission, demo.truth.filter(pl.col("incident_id").is_not_null())
    assert (mission.incidents, mission.heard) == (demo.truth.height, heard.height)
    assert 4_000 < mission.reports == demo.initial.height < 4_800
    assert sorted(demo.revised["incident_id"]) == sorted(heard["incident_id"])
    assert demo.initial["incident_id"].is_unique().all()
    stands = heard.join(demo.revised, on="incident_id", validate="1:1")
    assert (stands["deaths"] == stands["deaths_best"]).all()
    codes = {one.code: one.name for one in marks.CATEGORIES}
    assert (stands["type"].replace_strict(codes) == stands["category"]).all()


def test_nobody_tells_of_the_unreported_zone(demo: Written) -> None:
    country = ground.country()
    there = pl.col("zone") == country.codes[country.names.index(UNREPORTED_ZONE)]
    assert demo.truth.filter(there).height > 200
    assert demo.truth.filter(there)["incident_id"].null_count() == demo.truth.filter(there).height
    assert 0.7 < demo.truth.filter(~there)["incident_id"].count() / demo.truth.filter(~there).height < 0.95
    assert UNREPORTED_ZONE not in set(demo.initial["zone"])


@pytest.mark.parametrize(
    ("column", "shares"), [("where_precision", reporting.PLACES_KNOWN), ("date_precision", reporting.DAYS_KNOWN)]
)
def test_precision_is_mixed_as_declared(demo: Written, column: str, shares: dict[str, float]) -> None:
    counts = dict(demo.initial[column].value_counts().iter_rows())
    assert set(counts) == {str(word) for word in shares}
    for word, share in shares.items():
        four_sigma = 4 * np.sqrt(share * (1 - share) / demo.initial.height)
        assert counts[word] / demo.initial.height == pytest.approx(share, abs=four_sigma)


def test_reports_give_the_point_that_their_precision_allows(demo: Written) -> None:
    told = demo.truth.join(demo.initial, on="incident_id", suffix="_told")
    east = (pl.col("longitude_told") - pl.col("longitude")) * np.cos(np.radians(ground.CENTRE[1]))
    north = pl.col("latitude_told") - pl.col("latitude")
    off = told.select("where_precision", km=(east**2 + north**2).sqrt() * ground.KM_PER_DEGREE)
    farthest = dict(off.group_by("where_precision").agg(pl.col("km").max()).iter_rows())
    spots = demo.initial.group_by("where_precision").agg(pl.struct("longitude", "latitude").n_unique().alias("spots"))
    points = dict(spots.iter_rows())
    assert farthest["exact"] == 0
    assert 20 < farthest["near"] < reporting.NEAR_KM + 0.01
    assert points["adm2"] <= len(ground.TOWNS)
    assert points["adm1"] <= len(ground.country().names)
    assert points["region"] == len(ground.REGIONS)
    assert points["country"] == 1


def test_every_point_lies_in_the_country_and_adm1_ones_in_their_zone(demo: Written, folder: Path) -> None:
    zones = read_areas(folder / "zones.geojson", key="code", name="name", level="adm1").areas
    outline = shapely.union_all(zones.geometry.to_numpy())
    for table in (demo.initial, demo.revised, demo.truth):
        assert shapely.contains_xy(outline, table["longitude"].to_numpy(), table["latitude"].to_numpy()).all()
    by_name = dict(zip(zones["name"], zones.geometry, strict=True))
    known_to_zone = demo.initial.filter(pl.col("where_precision") == "adm1")
    assert known_to_zone.height > 100
    for name, lon, lat in known_to_zone.select("zone", "longitude", "latitude").iter_rows():
        assert shapely.contains_xy(by_name[name], lon, lat)


def test_the_true_day_is_among_those_reported(demo: Written) -> None:
    told = demo.truth.join(demo.initial, on="incident_id").with_columns(day=pl.col("instant").dt.date())
    assert told.filter(~pl.col("day").is_between("date_start", "date_end")).height == 0
    assert (told["date_start"].min(), told["date_end"].max()) == (reporting.FIRST_DAY, reporting.LAST_DAY)
    longest = {"day": 1, "days": 6, "week": 7, "month": 31}
    lengths = told.group_by("date_precision").agg(
        ((pl.col("date_end") - pl.col("date_start")).dt.total_days() + 1).max()
    )
    assert dict(lengths.iter_rows()) == longest


def test_estimates_are_ordered(demo: Written) -> None:
    for table in (demo.initial, demo.revised):
        assert table.filter(~pl.col("deaths_best").is_between("deaths_low", "deaths_high")).height == 0


def test_corrections_change_deaths_or_place_and_nothing_else(demo: Written) -> None:
    initial = demo.initial.filter(pl.col("incident_id").is_in(demo.revised["incident_id"].implode()))
    assert (initial["incident_id"] == demo.revised["incident_id"]).all()
    corrected = demo.revised["revision"] == 2
    assert demo.revised.filter(~corrected).equals(initial.filter(~corrected))
    before, after = initial.filter(corrected), demo.revised.filter(corrected)
    deaths = before["deaths_best"] != after["deaths_best"]
    places = before["where_precision"] != after["where_precision"]
    assert (deaths ^ places).all()
    assert (after.filter(places)["where_precision"] == "exact").all()
    untouched = ["date_start", "date_end", "date_precision", "country", "type", "source"]
    assert before.select(untouched).equals(after.select(untouched))
    doubles = demo.initial.height - demo.revised.height
    assert demo.mission.corrected == after.height
    assert doubles > 30
    assert (after.height + doubles) / demo.initial.height == pytest.approx(0.08, abs=0.02)


def test_violence_moves_from_the_ceasefire_line_to_the_road(demo: Written) -> None:
    def middle(first: date, last: date) -> tuple[float, float]:
        when = demo.initial.filter(pl.col("date_start").is_between(first, last))
        return float(np.median(when["longitude"])), float(np.median(when["latitude"]))

    lon_before, lat_before = middle(date(2024, 1, 1), date(2024, 6, 30))
    lon_after, lat_after = middle(date(2025, 7, 1), date(2025, 12, 31))
    assert lat_before - lat_after > 1
    assert lon_after - lon_before > 0.5


def test_the_mapping_reads_every_report(demo: Written, folder: Path) -> None:
    mapping = load_mapping(folder / "incidents.toml")
    for name, table in (("incidents_initial.csv", demo.initial), ("incidents_revised.csv", demo.revised)):
        read = read_delivery(folder / name, mapping=mapping)
        assert (read.rows_in, read.events.height) == (table.height, table.height)
        assert read.remarks.is_empty()
        assert set(read.events["category"]) == {one.name for one in marks.CATEGORIES}
        assert read.events["deaths"].sum() == table["deaths_best"].sum()


def test_scale_multiplies_the_incidents(demo: Written, tmp_path: Path) -> None:
    tenth = simulate(tmp_path / "tenth", scale=0.1)
    assert tenth.incidents == pytest.approx(demo.mission.incidents / 10, rel=0.25)
    nothing = written(simulate(tmp_path / "nothing", scale=1e-9))
    assert (nothing.mission.incidents, nothing.initial.height, nothing.truth.height) == (0, 0, 0)
    assert nothing.initial.columns == demo.initial.columns


@pytest.mark.parametrize("wrong", [{"scale": 0.0}, {"scale": -1.0}, {"scale": float("nan")}, {"seed": -1}])
def test_nonsense_is_refused(tmp_path: Path, wrong: dict) -> None:
    with pytest.raises(UsageError):
        simulate(tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()
