"""What schemathesis is told about the standard; named to it in SCHEMATHESIS_HOOKS."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import schemathesis  # pyright: ignore[reportMissingImports]

# Filters that every collection can answer; in both languages.
_TEXT = ("TRUE", "NOT FALSE", "S_INTERSECTS(geometry, BBOX(18, 4, 22, 8))")
_BOX = {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [18, 4, 22, 8]}]}
_JSON = ("true", '{"op": "not", "args": [false]}', str(_BOX).replace("'", '"'))


@schemathesis.hook
def before_load_schema(_: Any, described: dict[str, Any]) -> None:
    """Take the `maximum` of `limit` away: more is capped and no error (OGC 17-069r4, /req/core/fc-limit-response-1).

    Clients take the size of their pages from it, so it stays in the description.
    """
    for operation in described["paths"].values():
        for parameter in operation["get"]["parameters"]:
            if parameter["name"] == "limit":
                parameter["schema"].pop("maximum")


@schemathesis.hook
def before_call(_: Any, case: Any, __: dict[str, Any]) -> None:
    """Make questions that are meant to be right so in what a schema cannot say.

    It has no words for the grammar of a filter, for a box of four or six numbers whose south lies south of its north,
    for days that the calendar has and for intervals that end after they begin. Questions that are meant to be wrong
    stay as they are.
    """
    query = case.query
    if not case.meta or case.meta.generation.mode != "positive" or not query:
        return
    for name, mend in (("bbox", _ordered), ("datetime", _in_order)):
        if name in query:
            query[name] = mend(query[name])
    if "filter" in query:
        known = _JSON if query.get("filter-lang") == "cql2-json" else _TEXT
        query["filter"] = known[len(query["filter"]) % len(known)]


def _ordered(box: list[float]) -> list[float]:
    half = len(box) // 2
    pairs = [sorted(pair) for pair in zip(box[:half], box[half : 2 * half], strict=True)]
    return [low for low, _ in pairs] + [high for _, high in pairs]


def _in_order(window: str) -> str:
    """The window, or one of all days where it is none."""
    first, _, last = window.partition("/")
    with suppress(ValueError):
        days = [date.fromisoformat(f"{end}-01-01"[:10]) for end in (first, last) if end not in ("", "..")]
        return window if days == sorted(days) else "../.."
    return "../.."
