"""The outermost layer: answers what it knows before the framework is asked, and adds what every answer has."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import RawHeaders, Reply, Resource
from .failures import answer_to
from .state import State
from .tile_addresses import tile_at

EVERYWHERE: RawHeaders = [(b"x-content-type-options", b"nosniff")]


class Front:
    """ASGI application around the framework's.

    Addresses that it does not recognise, and all mistakes, go on to the framework: that is where they are worded.
    """

    def __init__(self, app: FastAPI, origins: str = "") -> None:
        """`origins`, separated by commas, name the sites whose pages may read the answers; * is any."""
        self.api = app
        self._app: ASGIApp = app
        self._outermost = _shared(self._answer, [origin.strip() for origin in origins.split(",") if origin.strip()])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._outermost(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:  # a GET whose body stays here (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}
        outward = _Outward(send, head=head)
        resource = self._resource(scope)
        if resource is None:
            await self._app(scope, receive, outward)
            return
        try:
            reply = await resource.reply(scope["headers"])
        except Exception as error:  # noqa: BLE001 (worded as the framework's handlers word it)
            await answer_to(scope["path"], error)(scope, receive, outward)
        else:
            await outward.reply(reply)

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
    if not origins:
        return app
    asked = ["if-none-match"]  # all that a map library may want to send beyond what is always allowed
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=["GET", "HEAD"], allow_headers=asked, expose_headers=["etag"]
    )


class _Outward:
    """The way out: adds the headers that every answer has, and keeps the body of HEAD."""

    def __init__(self, send: Send, *, head: bool) -> None:
        self._send, self._head = send, head

    async def reply(self, reply: Reply) -> None:
        await self({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await self({"type": "http.response.body", "body": reply.body})

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *EVERYWHERE]}
        elif self._head:
            message = {**message, "body": b""}
        await self._send(message)
