"""Distinct counts of any window, patrol types and resolution: those that a set of the tracks' own visits has."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from hexwatch_etl.catalogue import Description
from hexwatch_etl.load import Request
from hexwatch_etl.mapping import load_mapping, parse_mapping
from hexwatch_etl.tracks.load import load_tracks
from hexwatch_etl.tracks.mapping import PingMapping
from hexwatch_schemas import hexgrid
from hexwatch_schemas.queries import query
from hexwatch_schemas.store import READER, as_role
from hexwatch_schemas.windows import Window
from hexwatch_service.asked import Asked
from hexwatch_service.catalogue import Layer
from hexwatch_service.engine.read import Release
from hexwatch_service.engine.shelf import Shelf
from hexwatch_service.numbers import Numbers, Table

FIRST = date(2024, 1, 1)
DAYS = 40
BASE = 8
TYPES = ("air", "foot", "vehicle")
MAPPING = """
track = ["track"]
time = "time"
patrol_type = { column = "type" }
[where]
longitude = "x"
latitude = "y"
"""


def wandering(seed: int = 7, tracks: int = 30) -> pl.DataFrame:
    """Tracks that come back to a small place over several days, some of them through midnights."""
    rng = np.random.default_rng(seed)
    rows = []
    for track in range(tracks):
        at, minute = 18 + rng.normal(0, 0.03, 2), int(rng.integers(0, DAYS * 1440 - 3000))
        for _ in range(int(rng.integers(1, 40))):
            minute += int(rng.choice([10, 20, 50, 600]))
            at = at + rng.normal(0, 0.01, 2)
            moment = f"{FIRST + timedelta(days=minute // 1440)}T{minute % 1440 // 60:02}:{minute % 60:02}:00Z"
            rows.append((f"t{track}", moment, at[0], at[1] - 14, TYPES[track % 3]))
    return pl.DataFrame(rows, schema=["track", "time", "x", "y", "type"], orient="row")


def loaded(dsn: str, request: Request, folder: Path) -> tuple[Layer, pl.DataFrame]:
    """The layer as the service has it, and the visits as the load kept them."""
    with psycopg.connect(dsn, autocommit=True) as conn, conn.cursor(row_factory=dict_row) as cursor:
        load_tracks(conn, request)
        row = cursor.execute(query("catalogue.layers", "hexwatch_service")).fetchone()
        assert row
        base = row["base_resolution"]
        visits = cursor.execute(
            "select t.key, t.day, t.patrol_type, v.cell, v.nights from raw.track t join raw.visit v on v.track = t.id"
            " where t.run_to is null and hex.resolution(v.cell) = %s",
            (base,),
        ).fetchall()
    release = Release(row["id"], row["release"], row["dataset"], base)
    return Layer.from_row(row, Shelf(folder, as_role(dsn, READER)).open(release)), pl.DataFrame(visits)


@pytest.fixture(scope="module")
def patrols(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Layer, pl.DataFrame]:
    """A layer of wandering tracks."""
    folder = tmp_path_factory.mktemp("counts")
    wandering().write_csv(folder / "pings.csv")
    mapping, said = parse_mapping(MAPPING, model=PingMapping), Description(resolution=BASE, threshold=1.0)
    return loaded(module_dsn, Request("patrols", (folder / "pings.csv",), mapping=mapping, description=said), folder)


def shown(layer: Layer, window: Window, types: tuple[str, ...] | None, resolution: int) -> Table:
    return asyncio.run(Numbers(1 << 20).table(layer, Asked(window, types, ()), resolution))


days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(n))
windows = st.tuples(days, days).map(lambda ends: Window(*sorted(ends)))
choices = st.one_of(st.none(), st.sets(st.sampled_from(TYPES), min_size=1).map(lambda some: tuple(sorted(some))))


@settings(max_examples=60)
@given(window=windows, types=choices, resolution=st.integers(1, BASE))
def test_parents_and_windows_count_each_track_and_day_once(
    patrols: tuple[Layer, pl.DataFrame], window: Window, types: tuple[str, ...] | None, resolution: int
) -> None:
    agree(*patrols, window, types, resolution)


def agree(layer: Layer, visits: pl.DataFrame, window: Window, types: tuple[str, ...] | None, resolution: int) -> None:
    """The table's counts are those that polars has of the visits."""
    table, last = shown(layer, window, types, resolution), min(window.last, layer.extent.last)
    cells = pl.Series(hexgrid.to_parent(visits["cell"].to_numpy(), resolution))
    wanted = pl.col("day").is_between(window.first, window.last)
    wanted &= pl.col("patrol_type").is_in(list(layer.categories) if types is None else list(types))
    true = visits.with_columns(cell=cells).filter(wanted).group_by("cell").agg(
        patrols=pl.col("key").n_unique(), patrol_days=pl.col("day").n_unique(), patrol_nights=pl.col("nights").sum(),
        days_since_visit=(pl.lit(last) - pl.col("day").max()).dt.total_days(),
    ).sort("cell")  # fmt: skip
    assert table.cells.tolist() == true["cell"].to_list()
    for name in true.columns[1:]:
        assert table.values[name].tolist() == true[name].to_list()


# File, mapping, distinct tracks.
REAL = [
    (("smart_ranger_patrols_mara_2024-01.parquet",), None, 18),
    (tuple(f"capmetro_vehicle_positions_2016-11-{day}.csv.gz" for day in (24, 25)), "buses.toml", None),
]


@pytest.mark.parametrize(("names", "mapping", "tracks"), REAL, ids=["smart", "buses"])
def test_real_tracks_are_counted_once_at_every_resolution_and_in_every_window(
    dsn: str, tmp_path: Path, shared_data: Path, root: Path, names: tuple[str, ...], mapping: str | None, tracks: int
) -> None:
    said = load_mapping(root / "docs/examples" / mapping, PingMapping) if mapping else None
    files = tuple(shared_data / "tracks" / name for name in names)
    layer, visits = loaded(dsn, Request("real", files, mapping=said, description=Description(resolution=7)), tmp_path)
    first, last = layer.extent.first, layer.extent.last
    for window in (layer.extent, Window(first, first), Window(first + timedelta(1), last), Window(last, last)):
        for resolution in (1, 4, 6, 7):
            agree(layer, visits, window, None, resolution)
    assert visits["key"].n_unique() == (tracks or visits["key"].n_unique())
    assert shown(layer, layer.extent, None, 1).values["patrols"].max() == visits["key"].n_unique()


def test_the_fixture_has_what_sums_would_get_wrong(patrols: tuple[Layer, pl.DataFrame]) -> None:
    """Tracks of several days and several cells: else the law above would hold of sums too."""
    layer, visits = patrols
    of_a_day = visits.group_by("cell", "day").agg(pl.col("key").n_unique())["key"].sum()
    assert of_a_day > visits.group_by("cell").agg(pl.col("key").n_unique())["key"].sum()
    assert shown(layer, layer.window, None, 1).values["patrols"].sum() == visits["key"].n_unique()


def test_a_window_beyond_the_data_counts_days_from_its_last(patrols: tuple[Layer, pl.DataFrame]) -> None:
    layer, _ = patrols
    late = shown(layer, Window(FIRST, date(2030, 1, 1)), None, 1)
    assert late.values["days_since_visit"].tolist() == [0.0]
