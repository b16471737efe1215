"""Publishing: one transaction closes and opens reports, moves the facts, numbers the release and tells the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
import psycopg
from psycopg import sql as compose

from hexwatch_schemas import hexgrid

from . import catalogue
from .catalogue import Dataset
from .ownership import Run
from .store_rows import sql

# From this many facts, and this share of those that are there, building all anew is quicker than touching keys.
BULK = 20_000
BULK_SHARE = 0.25
_BYTES = 100  # of a stored fact

# What a publish added is told to services that hold the release before: as many facts, of as many publishes.
SAID = 200_000
KEPT = 10

BOUNDS_RESOLUTION = 5  # fine enough for a map's first view


@dataclass(frozen=True)
class Published:
    """What a publish did; `release` is None where nothing had changed."""

    opened: int
    closed: int
    release: int | None
    digest: str


def publish(
    run: Run,
    dataset: Dataset,
    *,
    replace: bool,
    measures: list[str],
    topic: LiteralString = "events",
    also: Callable[[], None] = lambda: None,
    gone: Sequence[str] = (),
) -> Published:
    """Make what is staged believed. With `replace`, what is believed and was not delivered is closed.

    `topic`: the SQL file that knows how reports, or days of tracks, are compared, closed, opened and become facts.
    `also`: what else becomes true in the same transaction.
    `gone`: keys of reports that were deleted at their source.
    """
    conn = run.conn
    with conn.transaction():
        run.check_fence()
        also()
        opened, closed = _correct(run, dataset, topic, replace)
        closed += _withdraw(run, dataset, gone) if gone else 0
        if not opened and not closed:
            return Published(0, 0, None, _digest(conn, dataset))
        conn.execute(sql(f"{topic}.delta"), {"dataset": dataset.number, "run": run.id, "base": dataset.base})
        say_addition(run, dataset)
        add_delta(conn, dataset.number)
        catalogue.show(conn, dataset, measures)
        number, digest = _release(run, dataset)
    return Published(opened, closed, number, digest)


def add_delta(conn: psycopg.Connection, dataset: int) -> None:
    """Add the table `delta` to the facts: a large one by a new partition in the place of the old, else key by key."""
    asked = {"dataset": dataset, "least": BULK, "share": BULK_SHARE, "row": _BYTES}
    conn.execute("analyze delta")
    bulk = conn.execute(sql("publish.is_bulk"), asked).fetchone()
    if not bulk or not bulk[0]:
        conn.execute(sql("publish.merge_delta"), asked)
        return
    conn.execute(sql("publish.build"), asked)
    built = compose.Identifier("hex", f"fact_{dataset}_built")
    conn.execute(sql("publish.sort_to_join"))
    conn.execute(compose.SQL(sql("publish.fill")).format(built=built), asked)
    conn.execute(sql("publish.join_as_ever"))
    conn.execute(sql("publish.swap"), asked)


def say_addition(run: Run, dataset: Dataset) -> None:
    """Keep the table `delta` for services that hold the release before: they need not read all the rest again."""
    asked = {"dataset": dataset.number, "run": run.id, "base": dataset.base, "most": SAID, "kept": KEPT}
    run.conn.execute(sql("publish.keep_addition"), asked)
    run.conn.execute(sql("publish.forget_additions"), asked)


def _correct(run: Run, dataset: Dataset, topic: LiteralString, replace: bool) -> tuple[int, int]:
    """How many reports, or days of tracks, this run opened and closed."""
    asked_for = {"dataset": dataset.number, "run": run.id}
    run.conn.execute(sql(f"{topic}.compare"), asked_for)
    closed = run.conn.execute(sql(f"{topic}.close_changed"), asked_for).rowcount
    if replace:
        closed += run.conn.execute(sql(f"{topic}.close_missing"), asked_for).rowcount
    return run.conn.execute(sql(f"{topic}.open"), asked_for).rowcount, closed


def _withdraw(run: Run, dataset: Dataset, keys: Sequence[str]) -> int:
    asked = {"dataset": dataset.number, "run": run.id, "keys": list(keys)}
    return run.conn.execute(sql("events.close_gone"), asked).rowcount


def _digest(conn: psycopg.Connection, dataset: Dataset) -> str:
    row = conn.execute("select hex.digest(%s)", (dataset.number,)).fetchone()
    assert row is not None, "an aggregate gives a row"
    return row[0]


def _release(run: Run, dataset: Dataset) -> tuple[int, str]:
    """Number the new state of every layer over the dataset; the dataset's own layer's number and digest."""
    layers = [layer for (layer,) in run.conn.execute(sql("publish.layers"), {"dataset": dataset.number}).fetchall()]
    made = {layer: release(run, layer) for layer in layers}
    return made.get(dataset.id, (0, ""))


def announce(run: Run, dataset: Dataset, statement: str, facts: Mapping[str, object]) -> tuple[int, str]:
    """Number a release of the dataset's own layer by a named statement, of others over it as ever, and tell of them."""
    conn, own = run.conn, (0, "")
    for (layer,) in conn.execute(sql("publish.layers"), {"dataset": dataset.number}).fetchall():
        if layer != dataset.id:
            release(run, layer)
            continue
        row = conn.execute(sql(statement), {**facts, "layer": layer}).fetchone()
        assert row is not None, "INSERT … RETURNING gives a row"
        conn.execute(sql("publish.notify"), {"layer": layer, "release": row[0]})
        own = row[0], row[1]
    return own


def release(run: Run, layer: str) -> tuple[int, str]:
    """Number the state that a layer's datasets have now, and tell the service; number and digest."""
    conn = run.conn
    datasets = conn.execute(sql("publish.datasets"), {"layer": layer, "finest": BOUNDS_RESOLUTION}).fetchall()
    extent = conn.execute(sql("publish.extent"), {"datasets": [number for number, _ in datasets]}).fetchone()
    first, last = extent or (None, None)
    facts = {"data_from": first, "data_through": last, "bounds": _bounds(conn, layer, datasets)}
    row = conn.execute(sql("publish.release"), {**facts, "layer": layer, "run": run.id}).fetchone()
    assert row is not None, "INSERT … RETURNING gives a row"
    conn.execute(sql("publish.notify"), {"layer": layer, "release": row[0]})
    return row[0], row[1]


def _bounds(conn: psycopg.Connection, layer: str, datasets: list[tuple[int, int]]) -> list[float] | None:
    cells: list[int] = []
    for number, resolution in datasets:
        asked = {"dataset": number, "resolution": resolution, "layer": layer}
        for statement in ("publish.drawn_cells", "publish.required_cells"):
            cells += [cell for (cell,) in conn.execute(sql(statement), asked)]
    return hexgrid.bounds(np.array(cells, np.int64)) if cells else None
