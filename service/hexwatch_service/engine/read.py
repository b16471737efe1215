"""Reads one release from the database: all of it in one REPEATABLE READ transaction, so that nothing is torn."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa
from psycopg import sql as compose

from hexwatch_schemas.errors import StoreError

from ..database import sql

FACTS = pa.schema(
    {
        "place": pa.int64(),
        "day_from": pa.date32(),
        "day_to": pa.date32(),
        "category": pa.int16(),
        "measure": pa.int16(),
        "amount": pa.int64(),
    }
)
PRESENCE = pa.schema({"place": pa.int64(), "day": pa.date32(), "category": pa.int16(), "track": pa.int32()})
SHARES = pa.schema({"support": pa.int64(), "cells": pa.list_(pa.int64()), "weights": pa.list_(pa.int32())})


class Superseded(StoreError):
    """The database has a newer release than the one asked for."""


class Unreachable(StoreError):
    """The database did not answer, or stopped to."""


@dataclass(frozen=True)
class Release:
    """What is to be read: one release of a layer, and where its facts are."""

    layer: str
    number: int
    dataset: int
    base: int


@dataclass(frozen=True)
class Contents:
    """All that a release says; measures as stored positions."""

    measures: list[tuple[str, int, int]]  # name, scale, position
    precise: pa.Table  # of FACTS, like the next two
    spread: pa.Table
    unplaced: pa.Table
    presence: pa.Table  # of PRESENCE, on base cells
    shares: list[pa.Table]  # of SHARES, at resolutions 1 to base; supports ascending


def nothing(base: int) -> Contents:
    """A release that says nothing."""
    none = FACTS.empty_table()
    return Contents([], none, none, none, PRESENCE.empty_table(), [SHARES.empty_table()] * base)


def read(dsn: str, release: Release) -> Contents:
    """Everything of a release. Raises Superseded where there is a newer one, and Unreachable."""
    try:
        # Rows become columns in C++: five times as fast as any loop over them here.
        with closing(adbc.connect(dsn)) as conn, conn.cursor() as cursor:
            return _Reader(cursor, release).contents()
    except adbc.Error as error:
        raise Unreachable(f"Release {release.number} of layer {release.layer!r} was not read: {error}") from error


@dataclass(frozen=True)
class _Reader:
    cursor: adbc.Cursor
    release: Release

    def contents(self) -> Contents:
        release = self.release
        self.cursor.execute(sql("snapshot.one_moment"))
        if self._table("newest", layer=release.layer)[0].to_pylist() != [release.number]:
            raise Superseded(f"Release {release.number} of layer {release.layer!r} is not the newest any more.")
        return Contents(
            [tuple(row.values()) for row in self._table("measures").to_pylist()],
            self._table("facts", placement="p", resolution=release.base).cast(FACTS),
            self._table("facts", placement="s", resolution=-1).cast(FACTS),
            self._table("facts", placement="u", resolution=-1).cast(FACTS),
            self._table("presence", resolution=release.base).cast(PRESENCE),
            [self._table("shares", resolution=r).cast(SHARES) for r in range(1, release.base + 1)],
        )

    def _table(self, name: str, **said: object) -> pa.Table:
        """A statement's rows. Values are written into it: a statement with parameters cannot be a COPY."""
        literals = {key: compose.Literal(value) for key, value in {"dataset": self.release.dataset, **said}.items()}
        self.cursor.execute(compose.SQL(sql(f"snapshot.{name}")).format(**literals).as_string())
        return self.cursor.fetch_arrow_table()
