"""Earlier releases: `as_of=` on any address, or the address below `/as-of/…/`, which its links then keep."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from starlette.types import Scope

from hexwatch_schemas.errors import HexwatchError, NotFound, UsageError

from .access.published import View
from .catalogue import Catalogue, Layer
from .database import sql
from .ogc.stored.collection import Stored
from .state import SEEN, State

_BELOW = re.compile(r"/as-of/([^/]{1,40})(/.*)")


async def at_moment(state: State, scope: Scope) -> tuple[State, Scope] | None:
    """The state and the scope of a request for an earlier release, as if there were none newer; None for any other.

    `state` is the service as the reader sees it: what they do not see of the newest release has no earlier one.
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
    then = state.at(await _view_then(state, unquote(asked[0]), path, [text for _, text in rest]))
    return then, {
        **scope,
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": urlencode(rest).encode(),
        SEEN: then,
    }


async def release_at(state: State, layer: str, text: str) -> dict[str, Any]:
    """The row of the release that a number or a time names. Raises UsageError and NotFound."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    asked = {"layer": layer, "number": number, "moment": None if number is not None else _moment(text)}
    rows = await state.database.fetch(sql("past.release"), asked)
    if not rows:
        raise NotFound(f"Layer {layer!r} has no release {text[:40]}.", hint=f"See /layers/{layer}.")
    found = rows[0]
    if any((belief["run"] or 0) < belief["remembers_from"] for belief in found["beliefs"]):
        raise NotFound(
            f"What layer {layer!r} said at release {found['release']} ({found['published_at']:%Y-%m-%d}) has expired.",
            hint=f"Earlier releases are kept for some time only; see /layers/{layer} for the newest.",
        )
    return found


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


async def _view_then(state: State, when: str, path: str, others: list[str]) -> View:
    """What would be shown, had nothing been published since, of the layers that the request names."""
    words = {word for text in (path, *others) for word in re.split(r"[/,:.]", text)}
    layers = [layer for layer in state.catalogue if layer.id in words]
    stored = [one for one in state.catalogue.stored.values() if one.id in words]
    if not layers and not stored:
        raise _none_named(path)
    rows = {name: await release_at(state, name, when) for name in {x.id for x in layers} | {x.dataset for x in stored}}
    key = (when, *sorted((name, row["release"]) for name, row in rows.items()), *sorted(x.id for x in stored))
    kept = state.view.moments  # of this kind of reader; forgotten with all that they were shown
    found = kept.peek(key)
    if found is None:
        held = await _opened(state, rows, layers, stored)
        found = state.published.at(state.reader, held, f"as-of/{quote(when, safe='')}/")
        kept.keep(key, found)
    return found


def _none_named(path: str) -> HexwatchError:
    """By the address alone: what is hidden from who asks is told as what was never there."""
    if path.count("/") > 1:
        return NotFound("There is no such layer.", hint="See /layers.")
    return UsageError("as_of needs a layer in the address.", hint="Releases are numbered by layer; see /layers.")


async def _opened(
    state: State, rows: dict[str, dict[str, Any]], layers: list[Layer], stored: list[Stored]
) -> Catalogue:
    return Catalogue(
        {layer.id: await state.releases.past(layer, rows[layer.id]) for layer in layers},
        {one.id: await state.releases.past_stored(one, rows[one.dataset]) for one in stored},
    )
