"""Counting positions: equal to plain groupings, whatever the batches and the sizes of tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.command import Outcome
from hexwatch_etl.reading.parquet import batches
from hexwatch_etl.tracks import counts
from hexwatch_etl.tracks.counts import counted
from hexwatch_schemas import hexgrid
from hexwatch_schemas.errors import UsageError

KEYS = ("cell", "day", "type")


def positions(seed: int, rows: int, days: float = 3, movers: int = 40) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    seconds = np.sort(chance.integers(0, max(1, int(days * 86400)), rows))
    begin = datetime(2025, 3, 1, tzinfo=UTC)
    return pl.DataFrame({
        "longitude": chance.uniform(17, 17.6, rows), "latitude": chance.uniform(4, 4.6, rows),
        "time": pl.Series([begin + timedelta(seconds=int(s)) for s in seconds], dtype=pl.Datetime("us", "UTC")),
        "mover": chance.integers(0, movers, rows), "type": chance.choice(["foot", "air"], rows),
    })  # fmt: skip


def expected(rows: pl.DataFrame, gap_minutes: float) -> pl.DataFrame:
    lon, lat = (rows[name].to_numpy() for name in ("longitude", "latitude"))
    passed = (pl.col("time").shift(-1).over("mover") - pl.col("time")).dt.total_seconds()
    counted_time = pl.when(passed <= gap_minutes * 60).then(passed).otherwise(0)
    return (
        rows.with_columns(
            pl.Series("cell", hexgrid.from_points(lon, lat, 7)), day=pl.col("time").dt.date(), seconds=counted_time
        )
        .group_by(KEYS)
        .agg(
            fixes=pl.len().cast(pl.Int64),
            movers=pl.col("mover").n_unique().cast(pl.Int64),
            seconds=pl.col("seconds").sum(),
        )
        .sort(KEYS)
    )


def found(batches: list[pl.DataFrame], gap_minutes: float) -> pl.DataFrame:
    return pl.concat(counted(batches, 7, gap_minutes)).sort(KEYS)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(1, 400), st.integers(20, 150), st.sampled_from([0.0, 5.0, 600.0]))
def test_any_batches_give_the_groups_of_a_plain_grouping(seed: int, rows: int, step: int, gap: float) -> None:
    whole = positions(seed, rows)
    batches = [whole[at : at + step] for at in range(0, rows, step)]
    assert found(batches, gap).equals(expected(whole, gap).with_columns(pl.col("seconds").cast(pl.Float64)))


def test_tables_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_FIRST_ROOM", 16)
    whole = positions(1, 5000, days=0.9, movers=700)
    assert found([whole], 30).equals(expected(whole, 30).with_columns(pl.col("seconds").cast(pl.Float64)))


def test_days_that_are_over_are_given_away() -> None:
    whole = positions(2, 20_000, days=20)
    counter = counts.Counter(30)
    held = []
    for at in range(0, 20_000, 500):
        lon, lat = (whole[at : at + 500][name].to_numpy() for name in ("longitude", "latitude"))
        counter.feed(whole[at : at + 500].with_columns(pl.Series("cell", hexgrid.from_points(lon, lat, 7))))
        held.append(counter.held)
    assert max(held) < 4000
    assert held[-1] + counter.rest().height > 0


def test_movers_may_be_named_by_text_or_large_numbers() -> None:
    whole = positions(3, 300)
    plain = found([whole], 30)
    for mover in (pl.format("patrol {}", "mover"), pl.col("mover") + (1 << 40), pl.col("mover") - 20):
        assert found([whole[:100].with_columns(mover=mover), whole[100:].with_columns(mover=mover)], 30).equals(plain)


def test_days_are_those_of_utc_whatever_the_zone_of_the_column() -> None:
    whole = positions(7, 300)
    local = whole.with_columns(pl.col("time").dt.convert_time_zone("Africa/Nairobi"))
    assert found([local], 30).equals(found([whole], 30))


def test_what_is_not_in_order_of_time_is_refused() -> None:
    whole = positions(4, 300)
    with pytest.raises(UsageError, match="not in order of time"):
        found([whole.reverse()], 30)
    late = positions(4, 3000, days=10)
    with pytest.raises(UsageError, match="not in order of time"):
        found([late[:2000], late[2000:], late[:1].with_columns(mover=pl.lit(39))], 30)


def test_no_positions_are_no_groups() -> None:
    assert found([positions(5, 0)], 30).height == 0


def test_a_file_is_counted_to_a_file(cli: Callable[..., Outcome], tmp_path: Path) -> None:
    whole = positions(6, 500).with_columns(
        pl.when(pl.col("mover") == 3).then(None).otherwise("latitude").alias("latitude")
    )
    whole.write_parquet(tmp_path / "pings.parquet")
    asked = ("count", "pings.parquet", "counts.parquet", "--mover", "mover", "--type", "type")
    done = cli(*asked, "--json")
    assert done.code == 0, done.stderr
    kept = whole.drop_nulls()
    assert f'"positions": {kept.height}' in done.stdout
    told = pl.read_parquet(tmp_path / "counts.parquet").sort(KEYS)
    assert told.equals(expected(kept, 30).with_columns(pl.col("seconds").cast(pl.Float64)))
    again = cli(*asked)
    assert (again.code, "exists" in again.stderr) == (2, True)
    assert cli("count", "none.parquet", "x.parquet").code == 2
    assert "has no column 'vehicle'" in cli("count", "pings.parquet", "x.parquet").stderr


def test_row_groups_come_a_few_at_a_time(tmp_path: Path) -> None:
    rows = pl.DataFrame({"at": range(100)})
    rows.write_parquet(tmp_path / "rows.parquet", row_group_size=7)
    found = [batch["at"].to_pylist() for batch in batches(pq.ParquetFile(tmp_path / "rows.parquet"), 15)]
    assert [at for batch in found for at in batch] == list(range(100))
    assert max(map(len, found)) <= 15
    whole = [batch.num_rows for batch in batches(pq.ParquetFile(tmp_path / "rows.parquet"), 3)]
    assert (sum(whole), max(whole)) == (100, 3)
