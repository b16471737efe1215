"""Reads one release from the database: all of it in one REPEATABLE READ transaction, so that nothing is torn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection, IsolationLevel

from hexwatch_schemas.errors import StoreError

from ..database import sql

Rows = NDArray[np.void]

# A row of PostgreSQL's binary COPY: the number of fields, then each one's size and value.
_FIELDS = {"place": ">i8", "first": ">i4", "last": ">i4", "category": ">i2", "measure": ">i2", "amount": ">i8"}
_SIZED = [((f"{name}_size", ">i4"), (name, kind)) for name, kind in _FIELDS.items()]
_ROW = np.dtype([("fields", ">i2"), *(part for sized in _SIZED for part in sized)])
_HEADER, _TRAILER = 19, 2
_ARRAY_HEADER = 20


class Superseded(StoreError):
    """The database has a newer release than the one asked for."""


@dataclass(frozen=True)
class Release:
    """What is to be read: one release of a layer, and where its facts are."""

    layer: str
    number: int
    dataset: int
    base: int


@dataclass(frozen=True)
class Share:
    """A support's cells at one resolution, with their parts in 1,000,000,000."""

    resolution: int
    support: int
    cells: NDArray[np.int64]
    weights: NDArray[np.int32]


@dataclass(frozen=True)
class Contents:
    """All that a release says. Facts have the fields of `_FIELDS`, measures as stored positions."""

    measures: list[tuple[str, int, int]]  # name, scale, position
    precise: Rows
    spread: Rows
    unplaced: Rows
    shares: list[Share]


def read(dsn: str, release: Release) -> Contents:
    """Everything of a release. Raises Superseded where there is a newer one, psycopg.OperationalError when cut off."""
    with psycopg.connect(dsn) as conn:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        newest = conn.execute(sql("snapshot.newest"), {"layer": release.layer}).fetchone()
        if newest != (release.number,):
            raise Superseded(f"Release {release.number} of layer {release.layer!r} is not the newest any more.")
        said = {"dataset": release.dataset, "base": release.base}
        return Contents(
            conn.execute(sql("snapshot.measures"), said).fetchall(),
            _facts(conn, release, "p", release.base),
            _facts(conn, release, "s", -1),
            _facts(conn, release, "u", -1),
            list(_shares(conn, said)),
        )


def no_rows() -> Rows:
    """Facts that are not there."""
    return np.empty(0, _ROW)


def _facts(conn: Connection, release: Release, placement: str, resolution: int) -> Rows:
    said = {"dataset": release.dataset, "placement": placement, "resolution": resolution}
    with conn.cursor() as cursor, cursor.copy(sql("snapshot.facts"), said) as copy:
        content = b"".join(copy)
    return np.frombuffer(content[_HEADER:-_TRAILER] or b"", _ROW)


def _shares(conn: Connection, said: dict[str, Any]) -> Iterator[Share]:
    with conn.cursor(binary=True) as cursor:
        for resolution, support, cells, weights in cursor.execute(sql("snapshot.shares"), said):
            yield Share(
                resolution, support, _array(cells, ">i8").astype(np.int64), _array(weights, ">i4").astype(np.int32)
            )


def _array(content: bytes, kind: str) -> NDArray[Any]:
    """The items of an array in PostgreSQL's binary form."""
    return np.frombuffer(content, [("size", ">i4"), ("item", kind)], offset=_ARRAY_HEADER)["item"]
