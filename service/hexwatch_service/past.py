"""Earlier releases: `as_of=` on any address, or the address below `/as-of/…/`, which its links then keep."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from starlette.types import Scope

from hexwatch_schemas.errors import NotFound, UsageError

from .catalogue import Catalogue, Layer
from .database import sql
from .flights import Flights, Kept
from .ogc.stored.collection import Stored
from .state import ADDRESSES, PAST, State

_BELOW = re.compile(r"/as-of/([^/]{1,40})(/.*)")
_MEMORY = 8 << 20  # bytes of finished answers of one moment


async def at_moment(state: State, scope: Scope) -> Scope | None:
    """The scope of a request for an earlier release, as if there were none newer; None for any other request.

    Raises UsageError and NotFound.
    """
    query = scope["query_string"]
    found = _BELOW.fullmatch(scope["path"])
    if found is None and b"as_of=" not in query:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = [text for name, text in pairs if name == "as_of"] + ([found[1]] if found else [])
    if not asked:
        return None
    if len(asked) > 1:
        raise UsageError("as_of comes twice.")
    path = found[2] if found else scope["path"]
    rest = [(name, text) for name, text in pairs if name != "as_of"]
    then = await _state_then(state, unquote(asked[0]), {path, *(text for _, text in rest)})
    return {
        **scope,
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": urlencode(rest).encode(),
        PAST: then,
    }


async def release_at(state: State, layer: str, text: str) -> dict[str, Any]:
    """The row of the release that a number or a time names. Raises UsageError and NotFound."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    asked = {"layer": layer, "number": number, "moment": None if number is not None else _moment(text)}
    rows = await state.database.fetch(sql("past.release"), asked)
    if not rows:
        raise NotFound(f"Layer {layer!r} has no release {text[:40]}.", hint=f"See /layers/{layer}.")
    return rows[0]


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that was not escaped
    except ValueError:
        raise UsageError(
            f"as_of: {text[:40]!r} is neither a release nor a time.", hint="Write 12, or 2024-03-01T00:00:00Z."
        ) from None
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    if read > datetime.now(UTC):
        raise UsageError(f"as_of: {text[:40]} is still to come.")
    return read


async def _state_then(state: State, when: str, texts: set[str]) -> State:
    """The state as it would be, had nothing been published since, of the layers that the request names."""
    words = {word for text in texts for word in re.split(r"[/,:.]", text)}
    layers = [layer for layer in state.catalogue if layer.id in words]
    stored = [one for one in state.catalogue.stored.values() if one.id in words]
    if not layers and not stored:
        raise UsageError("as_of needs a layer in the address.", hint="Releases are numbered by layer; see /layers.")
    rows = {name: await release_at(state, name, when) for name in {x.id for x in layers} | {x.dataset for x in stored}}
    key = (when, *sorted((name, row["release"]) for name, row in rows.items()), *sorted(x.id for x in stored))
    return state.moments.peek(key) or await _opened(state, when, key, rows, layers, stored)


async def _opened(
    state: State, when: str, key: tuple[object, ...], rows: dict[str, dict[str, Any]], layers: list[Layer],
    stored: list[Stored],
) -> State:  # fmt: skip
    held = Catalogue(
        {layer.id: await state.releases.past(layer, rows[layer.id]) for layer in layers},
        {one.id: await state.releases.past_stored(one, rows[one.dataset]) for one in stored},
    )
    then = copy.copy(state)
    then.held, then.prefix = held, f"as-of/{quote(when, safe='')}/"
    then.representations = Flights(_MEMORY, lambda found: found.nbytes)
    then.addresses = Kept(ADDRESSES, lambda _: 1)
    state.moments.keep(key, then)
    return then
