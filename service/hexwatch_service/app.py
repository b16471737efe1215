"""The service: `create_app(settings)` assembles it from its parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import ExitStack, asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from hexwatch_schemas import __version__
from hexwatch_schemas.migrate import prepared_store
from hexwatch_schemas.settings import Settings

from . import failures, routes
from .front import Front
from .state import SEEN, State

LISTENER = "hexwatch-listener"  # the task that follows the database's releases
JUDGED = 20.0  # seconds between two looks at keys and audiences where nobody said that they changed
DESCRIPTION = "Incidents and patrols on one honest hexagon grid, served to any map client."


def create_app(settings: Settings) -> Front:
    """The ASGI application; its database is opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            store = await asyncio.to_thread(stack.enter_context, prepared_store(settings))
            app.state.hexwatch = state = State.over(settings, store)
            await state.open()
            await state.refresh()
            tasks = [asyncio.create_task(work, name=LISTENER) for work in _going_on(state)]
            try:
                yield
            finally:
                state.live.end()
                await _end(tasks)
                await state.audit.write()
                await state.close()

    app = FastAPI(
        title="Hexwatch",
        version=__version__,
        description=DESCRIPTION,
        lifespan=life,
        # A redirect would name the host that the client claims to ask.
        redirect_slashes=False,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    failures.register(app)
    for module in sorted(iter_modules(routes.__path__), key=lambda found: found.name):
        router = getattr(import_module(f"{routes.__name__}.{module.name}"), "router", None)
        if router is not None:
            app.include_router(router)
    app.mount("/rasters", _tiler(app))
    return Front(app, settings.cors_origins)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until they are done: a wait that ends in the same moment swallows the word (CPython issue 86296)."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=1)


def _going_on(state: State) -> tuple[Coroutine[Any, Any, None], ...]:
    """What a process does beside answering: it follows releases and grants, and writes down who read what."""
    watching = state.database.watch("hexwatch_access", state.judge, JUDGED)
    return state.database.listen(state.refresh), watching, state.audit.keep()


def _tiler(app: FastAPI) -> ASGIApp:
    """TiTiler, for what the routes of rasters have not answered."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        state: State = app.state.hexwatch
        await state.studio.tiler(lambda asked: asked.get(SEEN, state).rasters)(scope, receive, send)

    return answer
