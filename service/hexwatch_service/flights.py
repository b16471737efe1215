"""A bounded memory of finished work, in which the same work is never done twice at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Least recently used results go first once their sizes exceed `budget`."""

    def __init__(self, budget: int, size: Callable[[T], int]) -> None:
        self._budget, self._size = budget, size
        self._done: OrderedDict[Hashable, T] = OrderedDict()
        self._held = 0

    def peek(self, key: Hashable) -> T | None:
        """What is kept for a key, if anything is."""
        found = self._done.get(key)
        if found is not None:
            self._done.move_to_end(key)
        return found

    def keep(self, key: Hashable, result: T) -> None:
        """Remember a result in place of an earlier one."""
        self.drop(key)
        self._done[key] = result
        self._held += self._size(result)
        while self._held > self._budget and self._done:
            self._held -= self._size(self._done.popitem(last=False)[1])

    def drop(self, key: Hashable) -> None:
        """Forget a result, if it is there."""
        found = self._done.pop(key, None)
        if found is not None:
            self._held -= self._size(found)


class Flights(Kept[T]):
    """The same, for work that is awaited: whoever asks while it is under way waits for its one result."""

    def __init__(self, budget: int, size: Callable[[T], int]) -> None:
        super().__init__(budget, size)
        self._under_way: dict[Hashable, asyncio.Task[T]] = {}

    async def get(self, key: Hashable, make: Callable[[], T | Coroutine[Any, Any, T]]) -> T:
        """The result for a key, made by the first who asks; a client that leaves does not stop the others' work.

        What `make` has at once needs no flight: nobody can ask meanwhile.
        """
        found = self.peek(key)
        if found is not None:
            return found
        task = self._under_way.get(key)
        if task is None:
            made = make()
            if not isinstance(made, Coroutine):
                self.keep(key, made)
                return made
            task = asyncio.ensure_future(self._land(key, made))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    async def _land(self, key: Hashable, made: Coroutine[Any, Any, T]) -> T:
        result = await made
        self.keep(key, result)
        return result

    def _landed(self, key: Hashable, task: asyncio.Task[T]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen: where everybody has left, nobody else looks at it
