"""The service: `create_app(settings)` assembles it from its parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from hexwatch_schemas import __version__
from hexwatch_schemas.migrate import prepared_store
from hexwatch_schemas.settings import Settings

from . import failures, routes
from .front import Front
from .state import State

LISTENER = "hexwatch-listener"  # the task that follows the database's releases
DESCRIPTION = "Incidents and patrols on one honest hexagon grid, served to any map client."


def create_app(settings: Settings) -> Front:
    """The ASGI application; its database is opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            store = await asyncio.to_thread(stack.enter_context, prepared_store(settings))
            app.state.hexwatch = state = State.over(settings, store.reader_dsn)
            await state.database.open()
            await state.refresh()
            listener = asyncio.create_task(state.database.listen(state.refresh), name=LISTENER)
            try:
                yield
            finally:
                listener.cancel()
                state.live.end()
                await state.database.close()

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


def _tiler(app: FastAPI) -> ASGIApp:
    """TiTiler, for what the routes of rasters have not answered."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        state: State = app.state.hexwatch
        await state.studio.tiler(lambda: state.rasters)(scope, receive, send)

    return answer
