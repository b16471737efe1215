"""What the running service holds, and how a request reaches it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from hexwatch_schemas.settings import Settings
from hexwatch_schemas.store import Store
from hexwatch_schemas.words import Audience

from . import assets
from .access.audit import Audit
from .access.gate import Gate
from .access.published import Published, View
from .access.readers import ANYONE, Reader
from .answers import Representation, Resource
from .catalogue import Catalogue, Layer
from .database import Database, Unavailable, sql
from .flights import Flights, Kept
from .live import Live
from .numbers import Numbers
from .ogc.stored.collection import Stored
from .pictures.studio import Studio
from .rasters import Raster, by_id
from .releases import Releases

Address = tuple[str, bytes]  # path, query as it was written
COUNTS = 10_000  # of records, each of one question
SEEN = (
    "hexwatch.seen"  # in the scope of a request: the state as who asks sees it, where that is not the newest for anyone
)


@dataclass
class State:
    """The service as one reader sees it: anyone, unless `seen_by` says who. A request sees one release or the next."""

    settings: Settings
    database: Database
    clearances: Mapping[Audience, Database]
    releases: Releases
    numbers: Numbers
    representations: Flights[Representation]
    gate: Gate
    audit: Audit
    studio: Studio
    published: Published = field(default_factory=Published)
    assets: Mapping[str, Resource] = field(default_factory=assets.read)
    counts: Kept[int] = field(default_factory=lambda: Kept(COUNTS, lambda _: 1))
    live: Live = field(default_factory=Live)
    reader: Reader = ANYONE
    moment: View | None = None  # what is shown of an earlier release, where one was asked for

    @classmethod
    def over(cls, settings: Settings, store: Store) -> State:
        """The state of a service that reads this store."""
        how = {"size": settings.pool_size, "seconds": settings.statement_timeout}
        database = Database(store.reader_dsn, **how)
        return cls(
            settings, database,
            {audience: Database(dsn, least=0, **how) for audience, dsn in store.cleared_dsns.items()},
            Releases(database, store.reader_dsn, settings.data_folder / "snapshots"),
            Numbers(settings.table_cache_mb << 20),
            Flights(settings.tile_cache_mb << 20, lambda found: found.nbytes),
            Gate(settings), Audit(store.reader_dsn), Studio(settings.raster_folder, settings.raster_threads),
        )  # fmt: skip

    async def open(self) -> None:
        """Connect. Raises Unavailable where there is no database."""
        await self.database.open()
        for database in self.clearances.values():
            await database.open()

    async def close(self) -> None:
        """Give all connections back."""
        for database in (self.database, *self.clearances.values()):
            await database.close()

    async def refresh(self) -> None:
        """Serve the newest releases, once their snapshots are there."""
        rasters = by_id(await self.database.fetch(sql("rasters.layers"), {}))
        before = self.published.catalogue.layers
        newest = await self.releases.newest(self.published.catalogue)
        await self._ask_grants()
        self.published.renew(newest, rasters, self.gate.policy)
        self.live.tell({layer.id for layer in newest if layer is not before.get(layer.id)})

    async def judge(self) -> None:
        """Follow what was said of keys and audiences; however long a snapshot takes to be read, this does not wait."""
        await self._ask_grants()
        self.published.judge(self.gate.policy)

    async def _ask_grants(self) -> None:
        if await self.gate.refresh(self.database):
            self.live.dismiss()  # who may still listen comes back

    def seen_by(self, reader: Reader) -> State:
        """The same service as a reader sees it."""
        if not reader.known:
            return self
        seen = copy(self)
        seen.reader = reader
        return seen

    def at(self, moment: View) -> State:
        """The same service at an earlier release."""
        then = copy(self)
        then.moment = moment
        return then

    @property
    def view(self) -> View:
        """All that the reader is shown."""
        return self.moment or self.published.seen_by(self.reader)

    @property
    def held(self) -> Catalogue:
        """The layers and collections that the reader is shown."""
        return self.view.catalogue

    @property
    def rasters(self) -> Mapping[str, Raster]:
        """The rasters that the reader is shown."""
        return self.view.rasters

    @property
    def records(self) -> Database:
        """The database as the reader's own login: row security keeps from it what no route should have asked for."""
        return self.clearances[self.reader.clearance]

    @property
    def stale(self) -> bool:
        """Whether there may be newer releases that nobody can tell of."""
        return self.database.lost is not None

    @property
    def outdated(self) -> bool:
        """Whether that has been so for too long."""
        return self.database.lost is not None and time.monotonic() - self.database.lost > self.settings.max_stale

    @property
    def catalogue(self) -> Catalogue:
        """The same as `held`. Raises Unavailable where it is outdated."""
        if self.outdated:
            raise Unavailable("The database has been away for too long.", hint="The last releases may be outdated.")
        return self.held

    def remember(self, address: Address, resource: Resource) -> None:
        """Know what an address names the next time this kind of reader asks."""
        path, query = address
        if len(path) + len(query) < 1000:
            self.view.addresses.keep(address, resource)

    def remembered(self, address: Address) -> Resource | None:
        """What an address named, if its layer is still served as it was then."""
        view = self.view
        found = view.addresses.peek(address)
        if found is None or found.layer is None:
            return found
        return found if view.catalogue.get(found.layer.id) is found.layer and not self.outdated else None

    def url(self, path: str) -> str:
        """An absolute address: from the settings, never from what a client says its host is.

        Who came by a signed address goes on by it, and who asked for an earlier release stays with it.
        """
        return f"{self.settings.origin}/{self.reader.prefix}{self.view.prefix}{path.lstrip('/')}"


async def _state(request: Request) -> State:
    return request.scope.get(SEEN) or request.app.state.hexwatch


Held = Annotated[State, Depends(_state)]


async def layer_of(layer: str, state: Held) -> Layer:
    """The layer of an id, for whoever may see it: the one way from a client's words to a layer. Raises NotFound."""
    return state.catalogue[layer]


TheLayer = Annotated[Layer, Depends(layer_of)]


async def _collection(layer: str, state: Held) -> Layer | Stored:
    return state.catalogue.collection(layer)


TheCollection = Annotated[Layer | Stored, Depends(_collection)]
