"""The outermost layer: answers what it knows before the framework is asked, and adds what every answer has."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hexwatch_schemas.errors import HexwatchError
from hexwatch_schemas.logs import REQUEST, Asked

from .access.credentials import Credential, said
from .answers import BODILESS, EVERYWHERE, RawHeaders, Reply, Resource, conditions
from .failures import answer_to
from .metrics import count, counted
from .past import at_moment
from .state import SEEN, State
from .tile_addresses import tile_at

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
        state, credential = self._state, said(scope["path"], scope["headers"])
        named = _remembered(state, scope) if credential is None else None
        ready = named and named.ready(*conditions(scope["headers"]))
        if ready is not None:
            count(scope["path"], ready.status)
            await _send(ready, state, send)
            return
        REQUEST.set(Asked(scope["headers"]))
        send = counted(scope["path"], send)
        if named is not None:
            await _reply(named, state, scope, receive, send)
            return
        if scope["method"] == "HEAD":  # a GET whose body stays here (RFC 9110, 9.3.2)
            scope, send = {**scope, "method": "GET", BODILESS: True}, _without_body(send)
        if credential is None:
            await self._shown(state, scope, receive, send)
        else:
            await self._known(credential, scope, receive, send)

    async def _known(self, credential: Credential, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to somebody who says who they are: theirs alone, and noted where it is not for everybody."""
        state, send = self._state, _private(send)
        try:
            reader = await state.gate.reader(credential)
            state = state.seen_by(reader)
            path = credential.path or scope["path"]
            state.audit.note(reader, path, scope["query_string"], state.view.guarded)
        except HexwatchError as error:
            await answer_to("who asks", error)(scope, receive, _adding(send, EVERYWHERE))
            return
        scope = {**scope, "path": path, "raw_path": path.encode(), SEEN: state}
        await self._shown(state, scope, receive, send)

    async def _shown(self, state: State, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer as a reader sees it: of the newest releases, or of the earlier one that is asked for."""
        try:
            found = await at_moment(state, scope)
        except Exception as error:  # noqa: BLE001 (worded as the framework's handlers word it)
            await answer_to(scope["path"], error)(scope, receive, _adding(send, _always(state)))
            return
        if found is not None:
            state, scope = found
        resource = _remembered(state, scope) or _named(state, scope)
        if resource is None:
            await self._app(scope, receive, _adding(send, _always(state)))
        else:
            await _reply(resource, state, scope, receive, send)

    @property
    def _state(self) -> State:
        return self.api.state.hexwatch


def _remembered(state: State, scope: Scope) -> Resource | None:
    """What a GET names, if somebody who sees the same asked for it before."""
    if scope["method"] != "GET" or scope.get("root_path"):
        return None
    return state.remembered((scope["path"], scope["query_string"]))


def _named(state: State, scope: Scope) -> Resource | None:
    """The tile that a GET names, by reading its address; remembered from now on."""
    if scope["method"] != "GET" or scope.get("root_path"):
        return None
    address = scope["path"], scope["query_string"]
    found = tile_at(state, *address)
    if found is not None:
        state.remember(address, found)
    return found


async def _reply(resource: Resource, state: State, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        reply = await resource.reply(scope["headers"])
    except Exception as error:  # noqa: BLE001 (worded as the framework's handlers word it)
        await answer_to(scope["path"], error)(scope, receive, _adding(send, _always(state)))
        return
    await _send(reply, state, send)


def _always(state: State) -> RawHeaders:
    return EVERYWHERE + STALE if state.stale else EVERYWHERE


async def _send(reply: Reply, state: State, send: Send) -> None:
    headers = reply.headers + STALE if state.stale else reply.headers
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _shared(app: ASGIApp, origins: list[str]) -> ASGIApp:
    """With the headers that let pages of other origins read; never with their visitors' credentials."""
    asked = ["authorization", "if-none-match", "x-api-key"]  # what a map library may want to send beyond the usual
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=["GET", "HEAD"], allow_headers=asked, expose_headers=["etag"]
    )


def _private(send: Send) -> Send:
    """What somebody known is told is kept by no cache; its address, which may be signed, is told to no other site."""
    ours = {b"cache-control": b"private, no-store", b"referrer-policy": b"same-origin"}

    async def kept_nowhere(message: Message) -> None:
        if message["type"] == "http.response.start":
            others = [header for header in message["headers"] if header[0].lower() not in ours]
            message = {**message, "headers": [*others, *ours.items()]}
        await send(message)

    return kept_nowhere


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
