"""Server-sent events: clients that stay connected hear of releases (HTML standard, 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from dataclasses import dataclass, field

import orjson

from .catalogue import Layer
from .database import Unavailable

LISTENERS = 200  # of one process; each holds a connection
PULSE = 20.0  # seconds between signs of life, so that proxies keep the connection and we notice who left
PATIENCE = 3000  # milliseconds after which a client that lost us comes back

Releases = dict[str, bytes]


@dataclass
class Live:
    """Who listens in this process; for each the newest news of each layer is kept, so that none falls behind."""

    limit: int = LISTENERS
    pulse: float = PULSE
    _waiting: set[_Listener] = field(default_factory=set)
    _ended: bool = False

    def tell(self, changed: Collection[str]) -> None:
        """These layers have new releases: who sees one hears of it."""
        for listener in self._waiting:
            listener.hear({layer.id: event(layer) for layer in listener.shown() if layer.id in changed})

    def dismiss(self) -> None:
        """Send everybody away who may see other things now; clients come back by themselves."""
        for listener in self._waiting:
            listener.leave()

    def end(self) -> None:
        """Send everybody away."""
        self._ended = True
        for listener in self._waiting:
            listener.hear({})

    def join(self, shown: Callable[[], Iterable[Layer]]) -> AsyncGenerator[bytes, None]:
        """The events from now on of what is `shown`, first what there is. Raises Unavailable where too many listen."""
        if len(self._waiting) >= self.limit:
            raise Unavailable("Too many clients listen here.", hint="Ask /layers now and then instead.")
        listener = _Listener(shown, {layer.id: event(layer) for layer in shown()})
        self._waiting.add(listener)
        return self._events(listener)

    async def _events(self, listener: _Listener) -> AsyncGenerator[bytes, None]:
        try:
            yield b"retry: %d\n\n" % PATIENCE
            while not (self._ended or listener.left):
                if said := await listener.next(self.pulse):
                    yield said
        finally:
            self._waiting.discard(listener)


@dataclass(eq=False)
class _Listener:
    shown: Callable[[], Iterable[Layer]]
    news: Releases
    left: bool = False
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.heard.set()

    def hear(self, news: Releases) -> None:
        self.news |= news
        self.heard.set()

    def leave(self) -> None:
        self.left = True
        self.heard.set()

    async def next(self, pulse: float) -> bytes:
        """All news since the last time; a comment when there were none for a while."""
        try:
            await asyncio.wait_for(self.heard.wait(), pulse)
        except TimeoutError:
            return b": still here\n\n"
        self.heard.clear()
        news, self.news = self.news, {}
        return b"".join(news.values())


def event(layer: Layer) -> bytes:
    """A release as an event; its id tells which."""
    said = {"layer": layer.id, "release": layer.release, "published_at": layer.published_at, "digest": layer.digest}
    return b"event: release\nid: %s.%d\ndata: %s\n\n" % (layer.id.encode(), layer.release, orjson.dumps(said))
