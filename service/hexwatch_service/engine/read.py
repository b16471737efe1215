"""Reads one release from the database: all of it in one REPEATABLE READ transaction, so that nothing is torn."""

from __future__ import annotations

from collections.abc import Mapping
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
DENIED = pa.schema({"place": pa.int64(), "day_from": pa.date32(), "day_to": pa.date32()})
PEOPLE = pa.schema({"place": pa.int64(), "people": pa.float64()})
SHARES = pa.schema({"support": pa.int64(), "cells": pa.list_(pa.int64()), "weights": pa.list_(pa.int32())})


OTHERS = 1 << 14  # from here on, measures and categories are those of another dataset than the layer's own


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
    effort: int | None = None  # the dataset that says where somebody looked; may be the layer's own
    access: int | None = None  # the one that says where nobody could
    denials: tuple[str, ...] | None = None  # its categories that say so; None: all
    population: int | None = None  # the one that says how many live where
    beliefs: tuple[tuple[int, int], ...] = ()  # of an earlier release: by dataset, the run whose beliefs it has


@dataclass(frozen=True)
class Held:
    """A release that is there already, to which newer ones may only have added."""

    number: int
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """All that a release says; measures as stored positions.

    With `additive`, `precise` is only what was added to the release held; all else is whole.
    """

    measures: list[tuple[str, int, int]]  # name, scale, position
    precise: pa.Table  # of FACTS, like the next two
    spread: pa.Table
    unplaced: pa.Table
    presence: pa.Table  # of PRESENCE, on base cells
    denied: pa.Table  # of DENIED, on base cells; by cell, then by first day
    required: list[int]  # base cells
    effort: list[int]  # positions of the measures of effort
    people: pa.Table  # of PEOPLE, on base cells, ascending
    shares: list[pa.Table]  # of SHARES, at resolutions 1 to base; supports ascending
    additive: bool = False


def nothing(base: int) -> Contents:
    """A release that says nothing."""
    none = FACTS.empty_table()
    return Contents(
        [], none, none, none, PRESENCE.empty_table(), DENIED.empty_table(), [], [], PEOPLE.empty_table(),
        [SHARES.empty_table()] * base,
    )  # fmt: skip


def read(dsn: str, release: Release, held: Held | None = None) -> Contents:
    """Everything of a release that is not `held`. Raises Superseded where there is a newer one, and Unreachable."""
    try:
        # Rows become columns in C++: five times as fast as any loop over them here.
        with closing(adbc.connect(dsn)) as conn, conn.cursor() as cursor:
            return _Reader(cursor, release).contents(held)
    except adbc.Error as error:
        raise Unreachable(f"Release {release.number} of layer {release.layer!r} was not read: {error}") from error


@dataclass(frozen=True)
class _Reader:
    cursor: adbc.Cursor
    release: Release

    def contents(self, held: Held | None) -> Contents:
        release = self.release
        self.cursor.execute(sql("snapshot.one_moment"))
        self.cursor.execute(sql("snapshot.hold_facts"))
        if not release.beliefs and self._table("newest", layer=release.layer)[0].to_pylist() != [release.number]:
            raise Superseded(f"Release {release.number} of layer {release.layer!r} is not the newest any more.")
        own, others = self._measures(release.dataset, 0), self._others()
        effort = own if release.effort == release.dataset else others
        added = self._added(held, tuple(name for name, _, _ in own)) if held and not others else None
        precise = (self._facts("p", release.base) if added is None else added).cast(FACTS)
        return Contents(
            [*own, *others],
            pa.concat_tables([precise, self._effort()]),
            self._facts("s", -1).cast(FACTS),
            self._facts("u", -1).cast(FACTS),
            self._presence(),
            self._denied(),
            self._table("required", layer=release.layer)["place"].to_pylist(),
            [position for _, _, position in effort],
            self._people(),
            [self._table("shares", resolution=r).cast(SHARES) for r in range(1, release.base + 1)],
            additive=added is not None,
        )

    def _added(self, held: Held, measures: tuple[str, ...]) -> pa.Table | None:
        """What the releases since the one held have added, if each of them has said so."""
        since = {"layer": self.release.layer, "since": held.number}
        if measures[: len(held.measures)] != held.measures or not self._table("is_additive", **since)[0][0].as_py():
            return None
        return self._table("added", **since)

    def _facts(self, placement: str, resolution: int) -> pa.Table:
        return self._table("facts", placement=placement, resolution=resolution, shift=0)

    @property
    def _shift(self) -> int:
        """What tells measures and categories of the effort's dataset from the layer's own."""
        return OTHERS if self.release.effort != self.release.dataset else 0

    def _measures(self, dataset: int, shift: int) -> list[tuple[str, int, int]]:
        rows = self._table("measures", dataset=dataset, shown=self.release.dataset, shift=shift).to_pylist()
        return [tuple(row.values()) for row in rows]

    def _others(self) -> list[tuple[str, int, int]]:
        """The measures of effort that another dataset has."""
        return self._measures(self.release.effort, self._shift) if self.release.effort and self._shift else []

    def _effort(self) -> pa.Table:
        if not self.release.effort or not self._shift:
            return FACTS.empty_table()
        asked = {"dataset": self.release.effort, "placement": "p", "resolution": self.release.base}
        return self._table("facts", **asked, shift=self._shift).cast(FACTS)

    def _presence(self) -> pa.Table:
        shift = self._shift if self.release.effort else 0
        dataset = self.release.effort or self.release.dataset
        return self._table("presence", dataset=dataset, resolution=self.release.base, shift=shift).cast(PRESENCE)

    def _denied(self) -> pa.Table:
        if not self.release.access:
            return DENIED.empty_table()
        denials = None if self.release.denials is None else list(self.release.denials)
        asked = {"dataset": self.release.access, "resolution": self.release.base, "denials": denials}
        return self._table("denied", **asked).cast(DENIED)

    def _people(self) -> pa.Table:
        if not self.release.population:
            return PEOPLE.empty_table()
        return self._table("people", dataset=self.release.population, resolution=self.release.base).cast(PEOPLE)

    def _table(self, name: str, **said: object) -> pa.Table:
        """A statement's rows. Values are written into it: a statement with parameters cannot be a COPY."""
        asked = {"dataset": self.release.dataset, **said}
        literals = {key: compose.Literal(value) for key, value in asked.items()} | self._relations(asked)
        self.cursor.execute(compose.SQL(sql(f"snapshot.{name}")).format(**literals).as_string())
        return self.cursor.fetch_arrow_table()

    def _relations(self, asked: Mapping[str, object]) -> dict[str, compose.Composable]:
        """Where facts and presence of the dataset that is asked for stand: as they are, or as a run believed them."""
        if not self.release.beliefs:
            return {"facts": compose.Identifier("hex", "fact"), "presence": compose.Identifier("hex", "presence")}
        run = next((run for number, run in self.release.beliefs if number == asked["dataset"]), 0)
        resolution = asked.get("resolution", -1)
        # Facts that are on no cell have no resolution, but the function wants one.
        of = {**asked, "run": run, "resolution": self.release.base if resolution == -1 else resolution}
        literals = {key: compose.Literal(value) for key, value in of.items()}
        return {
            "facts": compose.SQL(sql("snapshot.facts_as_of")).format(**literals),
            "presence": compose.SQL(sql("snapshot.presence_as_of")).format(**literals),
        }
