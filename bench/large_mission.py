"""A large mission made by numpy from a seed: cells around one place, reports of five kinds, three years of days."""

from __future__ import annotations

from datetime import date

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import psycopg
from numpy.typing import NDArray

from hexwatch_etl.publish import SAID
from hexwatch_etl.store_rows import copy_rows, sql
from hexwatch_schemas import indicators

DATASET = "large"
BASE = 7
CENTRE = (17.0, -3.5)  # latitude, longitude: northern Mali
FIRST, DAYS = date(2022, 1, 1), 1096
MEASURES = ("events", "deaths", "wounded", "kidnapped", "troop_days", "post_days")
CATEGORIES = ("battle", "attack", "abduction", "riot", "patrol")


def cells(count: int) -> NDArray[np.int64]:
    """The cells nearest to the centre, ascending."""
    rings = int(np.sqrt(count / 3)) + 1
    around = h3.grid_disk(h3.latlng_to_cell(*CENTRE, BASE), rings)
    return np.sort(np.array(around, np.int64)[:count])


def describe(conn: psycopg.Connection) -> int:
    """Declare the dataset with all measures that an indicator needs, and its layer; the dataset's number."""
    found = conn.execute(
        "insert into catalog.dataset (id, kind, title, base_resolution, synthetic, audience)"
        " values (%s, 'events', 'Large mission', %s, true, 'public') returning number",
        (DATASET, BASE),
    ).fetchone()
    assert found, "INSERT … RETURNING gives a row"
    for at, name in enumerate(MEASURES, 1):
        conn.execute("insert into catalog.measure values (%s, %s, %s, %s, %s)", (found[0], at, name, name, name))
    for at, name in enumerate(CATEGORIES, 1):
        conn.execute("insert into catalog.category values (%s, %s, %s)", (found[0], at, name))
    shown = [i.id for i in indicators.for_measures(MEASURES)]
    conn.execute("insert into catalog.layer (id, title, indicators) values (%s, 'Large mission', %s)", (DATASET, shown))
    conn.execute("insert into catalog.layer_dataset values (%s, %s)", (DATASET, found[0]))
    conn.execute("select hex.add_partition(%s)", (found[0],))
    return found[0]


def fill(conn: psycopg.Connection, dataset: int, places: NDArray[np.int64], count: int) -> None:
    """Copy `count` facts (see facts)."""
    copy_rows(conn, "copy hex.fact from stdin (format binary)", facts(dataset, places, count))


def facts(dataset: int, places: NDArray[np.int64], count: int) -> pl.DataFrame:
    """One-day facts at the base resolution as hex.fact has them, in the order of their key. Every cell has some."""
    chance = np.random.default_rng(4)
    shape = (places.size, DAYS, len(CATEGORIES), len(MEASURES))
    keys = np.concatenate([
        np.ravel_multi_index((np.arange(places.size), *(chance.integers(0, n, places.size) for n in shape[1:])), shape),
        chance.integers(0, np.prod(shape), int(count * 1.01)),
    ])  # fmt: skip
    keys = np.sort(chance.choice(np.unique(keys), count, replace=False, shuffle=False))
    where, day, category, measure = np.unravel_index(keys, shape)
    days = (np.datetime64(FIRST) + day).astype("datetime64[D]")
    said = {"place": places[where], "day_from": days, "day_to": days, "category": (category + 1).astype(np.int16),
            "measure": (measure + 1).astype(np.int16), "amount": chance.geometric(0.3, count)}  # fmt: skip
    return pl.DataFrame(said).select(
        pl.lit(dataset, pl.Int32).alias("dataset"),
        pl.lit(ord("p"), pl.UInt8).alias("placement"),
        pl.lit(BASE, pl.Int16).alias("resolution"),
        *said,
    )


def publish(conn: psycopg.Connection, dataset: int) -> int:
    """Number a release of what is there and tell the service; the number. (The digest is not of interest here.)"""
    return _release(conn, _run(conn, dataset))


def correct(conn: psycopg.Connection, dataset: int, day: date) -> int:
    """Publish that every fact of a day is one more, as a load would; the release's number."""
    with conn.transaction():
        asked = {"dataset": dataset, "run": _run(conn, dataset), "base": BASE, "most": SAID, "day": day}
        conn.execute(
            "create temporary table delta on commit drop as select placement, resolution, place, day_from, day_to,"
            " category, measure, 1::bigint as amount from hex.fact where dataset = %(dataset)s and day_from = %(day)s",
            asked,
        )
        conn.execute(sql("publish.keep_addition"), asked)
        conn.execute(sql("publish.merge_delta"), asked)
        return _release(conn, asked["run"])


def _run(conn: psycopg.Connection, dataset: int) -> int:
    found = conn.execute(
        "insert into ops.run (dataset, code_version) values (%s, 'bench') returning id", (dataset,)
    ).fetchone()
    assert found, "INSERT … RETURNING gives a row"
    return found[0]


def _release(conn: psycopg.Connection, run: int) -> int:
    found = conn.execute(
        "insert into catalog.release (layer, number, run, data_from, data_through, bounds, digest)"
        " select %(layer)s, coalesce(max(number), 0) + 1, %(run)s, %(first)s, %(first)s + %(days)s - 1,"
        " '{-20,5,15,30}', 'bench' || %(run)s::text"
        " from catalog.release where layer = %(layer)s returning number",
        {"layer": DATASET, "run": run, "first": FIRST, "days": DAYS},
    ).fetchone()
    assert found, "INSERT … RETURNING gives a row"
    conn.execute("select pg_notify('hexwatch_release', '')")
    return found[0]
