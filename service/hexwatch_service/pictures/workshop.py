"""Where pixels are made: a few threads, a short queue, and a refusal for whoever comes when it is full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from ..database import Unavailable

T = TypeVar("T")
QUEUE = 16  # that may wait for each thread


class Workshop:
    """As many jobs at once as there are threads: more would only share the cores, and hold more memory."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pixels")
        self._places = asyncio.Semaphore(threads)
        self._room = threads * (1 + QUEUE)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for one job. Raises Unavailable where too many wait already."""
        if self._room <= 0:
            raise Unavailable("Too many pictures are being made.", hint="Try again in a moment.")
        self._room -= 1
        try:
            async with self._places:
                yield
        finally:
            self._room += 1

    async def run(self, job: Callable[[], T]) -> T:
        """The result of a job in one of the threads."""
        async with self.place():
            return await asyncio.get_running_loop().run_in_executor(self._pool, job)
