"""The outermost layer: answers what it knows before the framework is asked, and adds what every answer has."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import BODILESS, NOSNIFF, RawHeaders, Resource
from .failures import answer_to
from .metrics import counted
from .past import at_moment
from .state import State
from .tile_addresses import tile_at

EVERYWHERE: RawHeaders = [NOSNIFF]
STALE: RawHeaders = [(b"x-hexwatch-stale", b"true")]  # what Warning: 110 said before RFC 9111 dropped it


class Front:
    """ASGI application around the framework's.

    Addresses that it does not recognise, and all mistakes, go on to the framework: that is where they are worded.
    """

    def __init__(self, app: FastAPI, origins: str = "") -> None:
        """`origins`, separated by commas, name the sites whose pages may read the answers; * is any."""
        self.api = app
        self._app: ASGIApp = app
        named = [origin.strip() for origin in origins.split(",") if origin.strip()]
        self._shared = _shared(self._answer, named) if named else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._shared or self._answer)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # a GET whose body stays here (RFC 9110, 9.3.2)
            scope, send = {**scope, "method": "GET", BODILESS: True}, _without_body(send)
        send = counted(scope["path"], send)
        stale = STALE if self._state.stale else []
        try:
            then = await at_moment(self._state, scope)
        except Exception as error:  # noqa: BLE001 (worded as the framework's handlers word it)
            await answer_to(scope["path"], error)(scope, receive, _adding(send, EVERYWHERE + stale))
            return
        if then is not None:
            await self._app(then, receive, _adding(send, EVERYWHERE + stale))
            return
        resource = self._resource(scope)
        if resource is None:
            await self._app(scope, receive, _adding(send, EVERYWHERE + stale))
            return
        try:
            status, headers, body = await resource.reply(scope["headers"])
        except Exception as error:  # noqa: BLE001 (worded as the framework's handlers word it)
            await answer_to(scope["path"], error)(scope, receive, _adding(send, EVERYWHERE + stale))
            return
        await send({"type": "http.response.start", "status": status, "headers": headers + stale})
        await send({"type": "http.response.body", "body": body})

    @property
    def _state(self) -> State:
        return self.api.state.hexwatch

    def _resource(self, scope: Scope) -> Resource | None:
        """What a GET names, from what was asked before or by reading the address of a tile."""
        if scope["method"] != "GET" or scope.get("root_path"):
            return None
        state = self._state
        address = scope["path"], scope["query_string"]
        found = state.remembered(address)
        if found is not None:
            return found
        found = tile_at(state, *address)
        if found is not None:
            state.remember(address, found)
        return found


def _shared(app: ASGIApp, origins: list[str]) -> ASGIApp:
    """With the headers that let pages of other origins read; never with their visitors' credentials."""
    asked = ["if-none-match"]  # all that a map library may want to send beyond what is always allowed
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=["GET", "HEAD"], allow_headers=asked, expose_headers=["etag"]
    )


def _without_body(send: Send) -> Send:
    async def bare(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return bare


def _adding(send: Send, everywhere: RawHeaders) -> Send:
    """With headers that every answer has, whoever answers."""

    async def more(message: Message) -> None:
        if message["type"] == "http.response.start":
            lacking = [header for header in everywhere if header not in message["headers"]]
            message = {**message, "headers": [*message["headers"], *lacking]}
        await send(message)

    return more
