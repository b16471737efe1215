"""Releases become layers: each with its snapshot, which is there before anybody is told of the release."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hexwatch_schemas.errors import NotFound, StoreError
from hexwatch_schemas.words import DatasetKind

from .catalogue import Catalogue, Layer
from .database import Database, Unavailable, bounded, sql
from .engine.columns import FORMAT
from .engine.read import Release, Superseded, Unreachable
from .engine.shelf import Shelf
from .engine.snapshot import Snapshot
from .engine.warm import warm
from .ogc.stored.collection import Stored, from_row

log = logging.getLogger(__name__)

READING = 600.0  # seconds after which the database gives up on reading a release


class Releases:
    """The newest release of every layer, kept as snapshots in a folder."""

    def __init__(self, database: Database, dsn: str, folder: Path) -> None:
        self._database, self._dsn, self._folder = database, dsn, folder
        self._shelf: Shelf | None = None

    async def newest(self, held: Catalogue) -> Catalogue:
        """The layers as the database has them now; what has not changed is the same object as in `held`.

        Raises Unavailable where the database is away, StoreError where a snapshot cannot be kept.
        """
        shelf = self._shelf = self._shelf or await self._prepare()
        rows = await self._database.fetch(sql("catalogue.layers"), {})
        found = [await _layer(shelf, row, held.layers.get(row["id"])) for row in rows]
        return Catalogue({layer.id: layer for layer in found if layer is not None}, await self._stored(held))

    async def past(self, layer: Layer, release: Mapping[str, Any]) -> Layer:
        """A layer at an earlier release: a row of `past.release`. Raises NotFound where that cannot be told."""
        shelf = self._shelf = self._shelf or await self._prepare()
        beliefs = tuple((b["dataset"], b["run"] or 0) for b in release["beliefs"])
        if any(b["kind"] not in (DatasetKind.EVENTS, DatasetKind.TRACKS) for b in release["beliefs"]):
            raise NotFound(
                f"Layer {layer.id!r} is of a raster, or divides by one: of rasters only the newest numbers are kept.",
                hint="Layers of reports and of tracks can be asked for earlier releases.",
            )
        rows = await self._database.fetch(sql("catalogue.layers"), {})
        row = next((row for row in rows if row["id"] == layer.id), None)
        if row is None or release["data_from"] is None:
            raise NotFound(f"Layer {layer.id!r} had nothing to show then.")
        row = {**row, **release}
        return Layer.from_row(row, await asyncio.to_thread(_open_past, shelf, row, beliefs))

    async def past_stored(self, stored: Stored, release: Mapping[str, Any]) -> Stored:
        """A collection of single records as an earlier release of its dataset's layer had it."""
        measures = await self._database.fetch(sql("records.measures"), {})
        rows = await self._database.fetch(sql("records.collections"), {})
        row = next(row for row in rows if row["id"] == stored.dataset and row["kind"] == stored.kind)
        runs = {b["dataset"]: b["run"] for b in release["beliefs"]}
        said = {k: release[k] for k in ("release", "published_at", "data_from", "data_through", "bounds")}
        return from_row({**row, **said, "run": runs.get(row["number"]) or 0}, measures)

    async def _stored(self, held: Catalogue) -> dict[str, Stored]:
        """The collections of single records, of which nothing is kept here; those that did not change as in `held`."""
        measures = await self._database.fetch(sql("records.measures"), {})
        rows = await self._database.fetch(sql("records.collections"), {})
        found = {stored.id: stored for stored in (from_row(row, measures) for row in rows)}
        return found | {name: old for name, old in held.stored.items() if found.get(name) == old}

    async def _prepare(self) -> Shelf:
        """Compile while the database is asked which one it is."""
        rows, _ = await asyncio.gather(self._database.fetch(sql("snapshot.database"), {}), asyncio.to_thread(warm))
        return Shelf(self._folder / f"{rows[0]['identity']}-{FORMAT}", bounded(self._dsn, READING))


async def _layer(shelf: Shelf, row: Mapping[str, Any], held: Layer | None) -> Layer | None:
    """The layer of a row, or the one held, where nothing changed or a newer release is about to be told of."""
    if held is not None and (held.release, held.digest) == (row["release"], row["digest"]):
        again = Layer.from_row(row, held.snapshot)
        return held if again == held else again
    try:
        return Layer.from_row(row, await asyncio.to_thread(_open, shelf, row))
    except Superseded as error:
        log.info("%s", error)
        return held


def _open(shelf: Shelf, row: Mapping[str, Any]) -> Snapshot:
    try:
        return shelf.open(_release(row))
    except Unreachable as error:
        raise Unavailable("The database does not answer in time.", hint="Try again in a moment.") from error
    except OSError as error:
        raise StoreError(
            f"The snapshot of layer {row['id']!r} cannot be kept: {error.strerror}.",
            hint="HEXWATCH_DATA_FOLDER names a folder that may be written to.",
        ) from error


def _open_past(shelf: Shelf, row: Mapping[str, Any], beliefs: tuple[tuple[int, int], ...]) -> Snapshot:
    try:
        return shelf.open_past(replace(_release(row), beliefs=beliefs))
    except Unreachable as error:
        raise Unavailable("The database does not answer in time.", hint="Try again in a moment.") from error


def _release(row: Mapping[str, Any]) -> Release:
    denials = None if row["denials"] is None else tuple(row["denials"])
    where = row["dataset"], row["base_resolution"], row["effort"], row["access"]
    return Release(row["id"], row["release"], *where, denials, row["population"])
