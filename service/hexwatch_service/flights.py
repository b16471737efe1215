"""A bounded memory of finished work, in which the same work is never done twice at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Least recently used results go first once their sizes exceed `budget`."""

    def __init__(self, budget: int, size: Callable[[T], int]) -> None:
        self._budget, self._size = budget, size
        self._done: OrderedDict[Hashable, T] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Task[T]] = {}
        self._held = 0

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The result for a key, made by the first who asks; a client that leaves does not stop the others' work."""
        if key in self._done:
            self._done.move_to_end(key)
            return self._done[key]
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(self._land(key, make))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def _land(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        result = await make()
        self._done[key] = result
        self._held += self._size(result)
        while self._held > self._budget and self._done:
            self._held -= self._size(self._done.popitem(last=False)[1])
        return result
