"""The gate before TiTiler: sizes are judged before anything is read or even loaded, and work waits for its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hexwatch_schemas.errors import HexwatchError, NotFound, UsageError

from ..failures import answer_to
from ..posted import body
from .frame import LARGEST
from .workshop import Workshop

_SIZES = {"width", "height", "max_size", "tilesize"}
_LIMITS = {"buffer": 64.0, "padding": 64.0, "histogram_bins": 256.0, "cover_scale": 10.0}
_PIXELS = re.compile(r"/(\d+)x(\d+)(?:\.|$)")
_TILE = re.compile(r"/tiles/[^/]+/([^/]+)/([^/]+)/([^/.]+)")
_REFUSED = {"url", "expression", "algorithm", "color_formula", "colormap"}


class Gate:
    """ASGI application before another one."""

    def __init__(self, app: ASGIApp, workshop: Workshop) -> None:
        self._app, self._workshop = app, workshop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            judge(scope["path"], scope["query_string"].decode("latin-1"))
            whole = await body(receive) if scope["method"] == "POST" else b""
            async with self._workshop.place():
                await self._app(scope, _replayed(whole), send)
        except HexwatchError as error:
            await answer_to(scope["path"], error)(scope, receive, send)


def judge(path: str, query: str) -> None:
    """Raises UsageError for what would be too large, NotFound for a tile that is none."""
    pairs = parse_qsl(query, keep_blank_values=True)
    for name, _ in pairs:
        if name in _REFUSED:
            raise UsageError(f"{name}: is not offered.", hint="Rasters are named by their id; bands by bidx.")
    sizes = [*(value for name, value in pairs if name in _SIZES), *(n for m in _PIXELS.findall(path) for n in m)]
    _at_most(sizes, LARGEST, "A side has 1 to {} pixels.")
    for name, most in _LIMITS.items():
        _at_most((value for key, value in pairs if key == name), most, f"{name} is at most {{}}.")
    found = _TILE.search(path)
    if found and not all(n.isascii() and n.isdigit() and len(n) < 10 for n in found.groups()):
        raise NotFound("There is no such tile.")


def _at_most(values: Iterable[str], most: float, sentence: str) -> None:
    for value in values:
        try:
            fits = 0 <= float(value) <= most
        except ValueError:
            fits = False
        if not fits:
            raise UsageError(f"{value[:20]!r} is out of range.", hint=sentence.format(int(most)))


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
