"""What is published, as each kind of reader sees it; a view is made when first asked for, and anew after changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from ..answers import Resource
from ..catalogue import Catalogue
from ..flights import Kept
from ..rasters import Raster
from .policy import Policy
from .readers import ANYONE, Reader

ADDRESSES = 10_000  # remembered for anyone; each is short, and what it names is kept elsewhere
VIEWS = 64  # kinds of readers; who is forgotten is looked at anew
MOMENTS = 8  # earlier releases that are kept open for each


@dataclass(frozen=True)
class View:
    """All that one kind of reader is shown."""

    catalogue: Catalogue
    rasters: Mapping[str, Raster]
    guarded: frozenset[str]  # names of what others do not see, or see less of
    addresses: Kept[Resource]  # what they asked for: of nobody else
    moments: Kept[View]  # the same of earlier releases
    prefix: str = ""  # of addresses that belong to an earlier release


class Published:
    """The newest releases and who may see them; replaced as a whole, so that no view mixes two moments."""

    def __init__(self) -> None:
        self._catalogue, self._policy, self._day = Catalogue({}), Policy(), date.min
        self._rasters: Mapping[str, Raster] = {}
        self._views: Kept[View] = Kept(VIEWS, lambda _: 1)
        self._anyone: View | None = None

    @property
    def catalogue(self) -> Catalogue:
        """All of it, for renewing it: never for answers."""
        return self._catalogue

    def renew(self, catalogue: Catalogue, rasters: Mapping[str, Raster], policy: Policy) -> None:
        """Show other releases, or to others; where nothing changed, what was made stays."""
        if (catalogue, rasters, policy) != (self._catalogue, self._rasters, self._policy):
            self._forget()
        self._catalogue, self._rasters, self._policy = catalogue, rasters, policy

    def judge(self, policy: Policy) -> None:
        """The same releases for others."""
        self.renew(self._catalogue, self._rasters, policy)

    def seen_by(self, reader: Reader) -> View:
        """What a reader is shown today."""
        if (today := datetime.now(UTC).date()) != self._day:  # delays move on
            self._forget()
            self._day = today
        anyone = self._anyone = self._anyone or self._look(ANYONE, None)
        if not reader.known:
            return anyone
        found = self._views.peek(reader.scope)
        if found is None:
            found = self._look(reader, anyone)
            self._views.keep(reader.scope, found)
        return found

    def at(self, reader: Reader, earlier: Catalogue, prefix: str) -> View:
        """What a reader is shown of earlier releases: no more than of the newest ones, and no pictures."""
        shown = self._policy.catalogue(earlier, reader, self._day)
        return replace(_view(shown, {}, self.seen_by(reader).guarded), prefix=prefix)

    def _forget(self) -> None:
        self._views, self._anyone = Kept(VIEWS, lambda _: 1), None

    def _look(self, reader: Reader, anyone: View | None) -> View:
        catalogue = self._policy.catalogue(self._catalogue, reader, self._day)
        rasters = self._policy.rasters(self._rasters, reader, self._day)
        guarded = frozenset() if anyone is None else _guarded(catalogue, rasters, anyone)
        return _view(catalogue, rasters, guarded)


def _view(catalogue: Catalogue, rasters: Mapping[str, Raster], guarded: frozenset[str]) -> View:
    return View(catalogue, rasters, guarded, Kept(ADDRESSES, lambda _: 1), Kept(MOMENTS, lambda _: 1))


def _guarded(catalogue: Catalogue, rasters: Mapping[str, Raster], anyone: View) -> frozenset[str]:
    layers, stored = anyone.catalogue.layers, anyone.catalogue.stored
    return frozenset(
        {name for name, one in catalogue.layers.items() if layers.get(name) is not one}
        | {one.dataset for name, one in catalogue.stored.items() if name not in stored}
        | {name for name, one in rasters.items() if anyone.rasters.get(name) is not one}
    )
