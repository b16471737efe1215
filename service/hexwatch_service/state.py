"""What the running service holds, and how a request reaches it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from hexwatch_schemas.settings import Settings

from . import assets
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
MOMENTS = 8  # earlier releases that are kept open
PAST = "hexwatch.past"  # in the scope of a request that asks for an earlier release: the state then
ADDRESSES = 10_000  # remembered; each is short, and what it names is kept elsewhere


@dataclass
class State:
    """One per process. `held` is replaced as a whole: a request sees one release or the next, never a mixture."""

    settings: Settings
    database: Database
    releases: Releases
    numbers: Numbers
    representations: Flights[Representation]
    assets: Mapping[str, Resource] = field(default_factory=assets.read)
    counts: Flights[int] = field(default_factory=lambda: Flights(COUNTS, lambda _: 1))
    addresses: Kept[Resource] = field(default_factory=lambda: Kept(ADDRESSES, lambda _: 1))
    held: Catalogue = field(default_factory=lambda: Catalogue({}))
    rasters: Mapping[str, Raster] = field(default_factory=dict)
    live: Live = field(default_factory=Live)
    moments: Kept[State] = field(default_factory=lambda: Kept(MOMENTS, lambda _: 1))  # earlier releases, as asked for
    prefix: str = ""  # of addresses that belong to an earlier release
    studio: Studio = field(init=False)

    def __post_init__(self) -> None:
        self.studio = Studio(self.settings.raster_folder, self.settings.raster_threads)

    @classmethod
    def over(cls, settings: Settings, reader_dsn: str) -> State:
        """The state of a service that reads with this connection."""
        database = Database(reader_dsn, size=settings.pool_size, seconds=settings.statement_timeout)
        kept: Flights[Representation] = Flights(settings.tile_cache_mb << 20, lambda found: found.nbytes)
        releases = Releases(database, reader_dsn, settings.data_folder / "snapshots")
        return cls(settings, database, releases, Numbers(settings.table_cache_mb << 20), kept)

    async def refresh(self) -> None:
        """Serve the newest releases, once their snapshots are there."""
        self.rasters = by_id(await self.database.fetch(sql("rasters.layers"), {}))
        newest = await self.releases.newest(self.held)
        if newest != self.held:
            self.addresses = Kept(ADDRESSES, lambda _: 1)  # what they name would keep the old snapshots in memory
        before, self.held = self.held.layers, newest
        self.live.tell(layer for layer in newest if layer is not before.get(layer.id))

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
        """The layers. Raises Unavailable where they are outdated."""
        if self.outdated:
            raise Unavailable("The database has been away for too long.", hint="The last releases may be outdated.")
        return self.held

    def remember(self, address: Address, resource: Resource) -> None:
        """Know what an address names the next time it is asked."""
        path, query = address
        if len(path) + len(query) < 1000:
            self.addresses.keep(address, resource)

    def remembered(self, address: Address) -> Resource | None:
        """What an address named, if its layer is still served as it was then."""
        found = self.addresses.peek(address)
        if found is None or found.layer is None:
            return found
        return found if self.held.get(found.layer.id) is found.layer and not self.outdated else None

    def url(self, path: str) -> str:
        """An absolute address: from the settings, never from what a client says its host is."""
        return f"{self.settings.origin}/{self.prefix}{path.lstrip('/')}"


async def _state(request: Request) -> State:
    return request.scope.get(PAST) or request.app.state.hexwatch


Held = Annotated[State, Depends(_state)]


async def layer_of(layer: str, state: Held) -> Layer:
    """The layer of an id, for whoever may see it: the one way from a client's words to a layer. Raises NotFound."""
    return state.catalogue[layer]


TheLayer = Annotated[Layer, Depends(layer_of)]


async def _collection(layer: str, state: Held) -> Layer | Stored:
    return state.catalogue.collection(layer)


TheCollection = Annotated[Layer | Stored, Depends(_collection)]
