"""Files of the lake: what goes in comes out, other programs read them, and none is ever half there."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import polars as pl
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexwatch_etl.lake import LAKE_SCHEMA, files, read_pings, write_pings
from hexwatch_schemas.errors import StoreError

BEGAN = datetime(2024, 1, 15, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
pings = st.tuples(
    words, st.integers(0, 86_399_999_999), st.floats(-180, 180), st.floats(-90, 90), words, st.none() | words,
    words, st.none() | st.integers(1, 9), st.none() | st.just("jump"), st.booleans(), words, st.integers(1, 9),
)  # fmt: skip


def frame(rows: list[tuple]) -> pl.DataFrame:
    """Pings of a day, sorted as the lake has them."""
    timed = [(track, BEGAN + timedelta(microseconds=us), *rest) for track, us, *rest in rows]
    return pl.DataFrame(timed, schema=LAKE_SCHEMA, orient="row").sort("track", "time", maintain_order=True)


def many(count: int) -> pl.DataFrame:
    """So many pings of ten tracks."""
    said = ("m", None, "p", 3, None, True, "f")
    return frame([(f"t{n % 10}", n, n / 1e3, -n / 1e3, *said, n) for n in range(count)])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pings, min_size=1, max_size=8))
def test_what_goes_in_comes_out(tmp_path: Path, rows: list[tuple]) -> None:
    write_pings(tmp_path / "a.parquet", frame(rows), {})
    assert read_pings(tmp_path / "a.parquet").equals(frame(rows))


def test_a_range_of_tracks_is_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS", 7)
    write_pings(tmp_path / "a.parquet", many(100), {})
    assert read_pings(tmp_path / "a.parquet").equals(many(100))
    first = read_pings(tmp_path / "a.parquet", (None, "t3"))
    assert pl.concat([first, read_pings(tmp_path / "a.parquet", ("t3", None))]).equals(many(100))
    assert first["track"].unique().sort().to_list() == ["t0", "t1", "t2"]
    assert [first for first, _ in files.row_group_tracks(tmp_path / "a.parquet")][:3] == ["t0", "t0", "t1"]


def test_other_programs_see_points(tmp_path: Path) -> None:
    path = tmp_path / "dataset=patrols" / "day=2024-01-15" / "7-abc.parquet"
    write_pings(path, many(30), {"run": 7})
    seen = gpd.read_parquet(path)
    assert seen.crs == "OGC:CRS84"
    assert sorted(seen.geometry.x) == sorted(many(30)["longitude"])
    assert str(seen["time"].dtype) == "datetime64[us, UTC]"
    metadata = pq.read_metadata(path)
    assert json.loads(metadata.metadata[b"hexwatch"]) == {"run": 7}
    assert metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.skipif("Parquet" not in pyogrio.list_drivers(), reason="this GDAL was built without Arrow")
def test_gdal_sees_points(tmp_path: Path) -> None:
    write_pings(tmp_path / "a.parquet", many(30), {})
    about = pyogrio.read_info(tmp_path / "a.parquet")
    assert (about["driver"], about["geometry_type"], about["features"]) == ("Parquet", "Point", 30)
    assert "4326" in about["crs"] or "CRS84" in about["crs"]


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pings(tmp_path / "a.parquet", many(30), {})

    def power_cut(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(KeyboardInterrupt):
        write_pings(tmp_path / "a.parquet", many(20), {})
    assert read_pings(tmp_path / "a.parquet").height == 30


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"lacks .*gone\.parquet.*--replace"):
        read_pings(tmp_path / "gone.parquet")
