"""From the text of a filter to a tree of plain values, within limits; any language gives the same tree (CQL2 JSON)."""

from __future__ import annotations

import re
from typing import Any

import cql2
import orjson

from hexwatch_schemas.errors import UsageError

LANGUAGES = ("cql2-text", "cql2-json", "cql-text")  # the last is what GDAL writes; both texts agree on what it uses
LONGEST = 16_000  # characters; longer addresses do not travel
DEEPEST = 40
MOST_NODES = 2_000

Tree = Any

# What stands in quotes nests nothing; an unclosed quote is the parser's matter.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PREFIXES = re.compile(rf"(?:(?:\bnot\b|[-+])\s*){{{DEEPEST},}}", re.IGNORECASE)


def parse(text: str, language: str) -> Tree:
    """The tree of a filter. Raises UsageError where it is too large or cannot be read."""
    known_language(language)
    if len(text) > LONGEST:
        raise UsageError(f"filter: more than {LONGEST} characters.")
    tree = _of_json(text) if language == "cql2-json" else _of_text(text)
    _measure(tree)
    return tree


def known_language(language: str) -> str:
    """The language of a filter. Raises UsageError where it is not read."""
    if language not in LANGUAGES:
        raise UsageError(f"filter-lang: {language[:40]!r} is not read.", hint=f"There are: {', '.join(LANGUAGES[:2])}.")
    return language


def _of_text(text: str) -> Tree:
    """The library recurses without looking how deep, and would take the process down with it."""
    if _nesting(_QUOTED.sub("''", text)) > DEEPEST or _PREFIXES.search(text):
        raise _too_deep()
    return _canonical(text)


def _of_json(text: str) -> Tree:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"filter: no JSON at character {error.pos}.") from None
    if not isinstance(found, dict | bool):
        raise UsageError("filter: CQL2 JSON is an object.")
    _measure(found)
    return found if isinstance(found, bool) else _canonical(found)


def _canonical(said: str | dict[str, Any]) -> Tree:
    try:
        return cql2.Expr(said).to_json()
    except Exception as error:  # noqa: BLE001 (the library raises nothing more particular)
        where = re.search(r"--> (\d+:\d+)", str(error))
        at = f" at {where[1]} (line:column)" if where else ""
        raise UsageError(f"filter: it is no CQL2 expression{at}.") from None


def _nesting(text: str) -> int:
    depth = deepest = 0
    for bracket in re.findall(r"[()\[\]]", text):
        depth += 1 if bracket in "([" else -1
        deepest = max(deepest, depth)
    return deepest


def _measure(tree: Tree) -> None:
    """Raises UsageError where a tree is too deep or has too many nodes; walks without recursion."""
    level, nodes = [tree], 0
    for _ in range(2 * DEEPEST + 8):  # an operation is two levels, its object and its arguments; geometries are deeper
        nodes += len(level)
        if nodes > MOST_NODES:
            raise UsageError(f"filter: more than {MOST_NODES} parts.")
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise _too_deep()


def _children(node: Tree) -> list[Tree]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def _too_deep() -> UsageError:
    return UsageError(f"filter: nested more than {DEEPEST} deep.")
