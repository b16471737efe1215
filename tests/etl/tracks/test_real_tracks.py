"""Real tracks: every ping accounted for rule by rule, and cells that hold what the tracks went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import psycopg
import pyproj
import pytest

from fixtures.command import Outcome
from hexwatch_etl import sources
from hexwatch_etl.catalogue import Description
from hexwatch_etl.load import Report, Request
from hexwatch_etl.mapping import load_mapping
from hexwatch_etl.tracks.clean import clean
from hexwatch_etl.tracks.days import with_midnights
from hexwatch_etl.tracks.load import load_tracks
from hexwatch_etl.tracks.mapping import PingMapping
from hexwatch_etl.tracks.visits import visits

WGS84 = pyproj.Geod(ellps="WGS84")
SMART = "smart_ranger_patrols_mara_2024-01.parquet"
BUSES = "capmetro_vehicle_positions_{}.csv.gz"
FOUR_DAYS = [BUSES.format(f"2016-11-{day}") for day in (24, 25, 26, 27)]

# File, rows, pings that count, and what was refused by which rule.
FILES = [
    (SMART, 32_145, 10_134, {"repeated-ping": 21_998, "jump": 13}),  # 10,147 distinct
    (FOUR_DAYS[0], 24_490, 24_490, {}),
    (FOUR_DAYS[1], 32_038, 32_038, {}),
    (FOUR_DAYS[2], 33_140, 33_140, {}),
    (FOUR_DAYS[3], 25_420, 25_420, {}),
    (BUSES.format("2015-03-08"), 12_354, 12_347, {"repeated-ping": 6, "jump": 1}),
    (BUSES.format("2017-03-16"), 36_271, 36_269, {"zero-coordinates": 2}),
    ("around-visnjan-with-car.gpx", 104, 104, {}),
    ("korita-zbevnica.gpx", 873, 513, {"not-a-ping": 2, "missing-date": 358}),
]


def mapping_of(file: Path, root: Path) -> PingMapping:
    """The source's own mapping, or the example for buses."""
    if file.name.startswith("capmetro"):
        return load_mapping(root / "docs/examples/buses.toml", PingMapping)
    found = sources.declared(file, sources.detect(file))
    assert isinstance(found, PingMapping)
    return found


def cleaned(file: Path, root: Path) -> tuple[int, pl.DataFrame, dict[str, int]]:
    """Rows, clean pings, and how many each rule refused."""
    mapping = mapping_of(file, root)
    delivery = sources.read_delivery(file, mapping=mapping)
    kept, rejects = clean(delivery.events.with_columns(file=pl.lit(file.name)), mapping.cleaning)
    rules = pl.concat([delivery.rejects["rule"], rejects["rule"]])
    return delivery.rows_in, kept, dict(rules.value_counts().iter_rows())


@pytest.mark.parametrize(("name", "rows", "counted", "refused"), FILES, ids=[f[0] for f in FILES])
def test_every_ping_counts_or_is_refused_by_a_rule_and_cells_hold_the_whole_way(
    shared_data: Path, root: Path, name: str, rows: int, counted: int, refused: dict[str, int]
) -> None:
    rows_in, pings, by_rule = cleaned(shared_data / "tracks" / name, root)
    assert (rows_in, pings.height, by_rule) == (rows, counted, refused)
    assert rows == counted + sum(refused.values())
    metres, seconds = own(pings)
    found = visits(with_midnights(pings, "America/Chicago"), 7)
    by_resolution = found.with_columns(resolution=(pl.col("cell") // 2**52) % 16).group_by("resolution")
    for _, whole_metres, whole_seconds in by_resolution.agg(pl.col("metres", "seconds").sum()).iter_rows():
        assert whole_metres / 1000 == pytest.approx(metres, rel=1e-6)
        assert whole_seconds / 1000 == pytest.approx(seconds, rel=1e-6)


def own(pings: pl.DataFrame) -> tuple[float, float]:
    """Metres and seconds of the tracks themselves, ping by ping."""
    ahead = pings.with_columns(pl.col("longitude", "latitude", "time").shift(-1).over("stretch").name.prefix("to_"))
    ways = ahead.drop_nulls("to_time")
    lon, lat, to_lon, to_lat = (ways[c].to_numpy() for c in ("longitude", "latitude", "to_longitude", "to_latitude"))
    passed = (ways["to_time"] - ways["time"]).dt.total_microseconds().to_numpy()
    return float(WGS84.inv(lon, lat, to_lon, to_lat)[2].sum()), float(passed.sum()) / 1e6


def test_distinct_fixes_of_smart(shared_data: Path, root: Path) -> None:
    _, pings, refused = cleaned(shared_data / "tracks" / SMART, root)
    assert pings.height + refused["jump"] == 10_147
    assert pings["track"].n_unique() == 18


def test_the_day_on_which_the_clock_changes_has_two_offsets_and_one_time(shared_data: Path, root: Path) -> None:
    """174 pings say -06:00, of which 6 are repeats; the others say -05:00, of which one is a jump."""
    file = shared_data / "tracks" / BUSES.format("2015-03-08")
    table = pl.read_csv(file)["timestamp"].str.slice(-6).value_counts()
    assert dict(table.iter_rows()) == {"-06:00": 174, "-05:00": 12_180}
    _, pings, _ = cleaned(file, root)
    changed = pl.datetime(2015, 3, 8, 8, time_zone="UTC")
    before = pings.filter(pl.col("time") < changed).height
    assert (before, pings.height - before) == (168, 12_179)


def test_the_bus_that_would_jump_to_the_gulf_of_guinea(shared_data: Path, root: Path) -> None:
    _, pings, _ = cleaned(shared_data / "tracks" / BUSES.format("2017-03-16"), root)
    assert pings["longitude"].is_between(-99, -97).all()


def store(dsn: str, dataset: str, files: list[Path], mapping: PingMapping | None = None, **said: object) -> Report:
    description = Description(**{"resolution": 7} | said)  # pyright: ignore[reportArgumentType]
    with psycopg.connect(dsn, autocommit=True) as conn:
        return load_tracks(conn, Request(dataset, tuple(files), mapping=mapping, description=description))


def test_four_days_of_buses_are_115_088_pings(dsn: str, shared_data: Path, root: Path) -> None:
    files = [shared_data / "tracks" / name for name in FOUR_DAYS]
    mapping = mapping_of(files[0], root)
    done = store(dsn, "buses", files, mapping)
    assert (done.rows_in, done.rows_loaded, done.rows_quarantined) == (115_088, 115_088, 0)
    with psycopg.connect(dsn) as conn:
        kept = conn.execute("select sum(pings), count(distinct key), count(distinct day) from raw.track").fetchone()
        assert kept == (115_088, 247, 4)
        total = "select max(tracks) from raw.tracks_seen(1, 1, '2016-11-24', '2016-11-27')"
        assert conn.execute(total).fetchone() == (247,)


@pytest.mark.parametrize("name", ["smart.parquet", "gpx.gpx"])
def test_a_known_file_needs_no_word_about_its_kind(
    dsn: str, cli: Callable[..., Outcome], root: Path, name: str
) -> None:
    file = root / "tests/etl/sources/fixtures" / name
    done = cli("load", "patrols", file, "--zone", "Africa/Nairobi", dsn=dsn)
    assert (done.code, done.stderr) == (0, "")
    assert "0 quarantined" in done.stdout
    assert "Days are those of Africa/Nairobi." in done.stdout
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select number from catalog.release where layer = 'patrols'").fetchall() == [(1,)]


def test_a_table_of_pings_is_loaded_with_its_mapping(dsn: str, cli: Callable[..., Outcome], root: Path) -> None:
    fixtures = root / "tests/etl/sources/fixtures"
    asked = ("load", "patrols", fixtures / "pings.csv", "--mapping", fixtures / "pings.toml")
    assert cli(*asked, dsn=dsn).code == 0
    assert cli("load", "reports", fixtures / "acled.csv", "--kind", "tracks", dsn=dsn).code == 2
    assert "5 rows would load" in cli("inspect", fixtures / "gpx.gpx").stdout
