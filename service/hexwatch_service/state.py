"""What the running service holds, and how a request reaches it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from hexwatch_schemas.settings import Settings

from .answers import Body
from .catalogue import Catalogue, Layer
from .database import Database, sql
from .flights import Flights
from .numbers import Numbers


@dataclass
class State:
    """One per process. `catalogue` is replaced as a whole: a request sees one release or the next, never a mixture."""

    settings: Settings
    database: Database
    numbers: Numbers
    tiles: Flights[Body]
    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}))

    @classmethod
    def over(cls, settings: Settings, reader_dsn: str) -> State:
        """The state of a service that reads with this connection."""
        database = Database(reader_dsn, size=settings.pool_size, seconds=settings.statement_timeout)
        return cls(settings, database, Numbers(database), Flights(settings.tile_cache_mb << 20, len))

    async def refresh(self) -> None:
        """Read the catalogue anew."""
        rows = await self.database.fetch(sql("catalogue.layers"), {})
        self.catalogue = Catalogue({row["id"]: Layer.from_row(row) for row in rows})

    def url(self, path: str) -> str:
        """An absolute address: from the settings, never from what a client says its host is."""
        return f"{self.settings.origin}/{path.lstrip('/')}"


def _state(request: Request) -> State:
    return request.app.state.hexwatch


def _layer(layer: str, request: Request) -> Layer:
    return _state(request).catalogue[layer]


Held = Annotated[State, Depends(_state)]
TheLayer = Annotated[Layer, Depends(_layer)]
