"""Write a mapping as the TOML that a person goes on editing."""

from __future__ import annotations

import json
import re
from typing import Any

from .mapping import Model


def to_toml(mapping: Model) -> str:
    """Only what differs from the defaults; reading it back gives the same mapping."""
    data = mapping.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    tables = {name: value for name, value in data.items() if isinstance(value, dict)}
    lists = {name: value for name, value in data.items() if _is_tables(value)}
    plain = {name: value for name, value in data.items() if name not in tables and name not in lists}
    parts = [_lines(plain), *(f"[{_key(name)}]\n{_lines(value)}" for name, value in tables.items())]
    parts += [f"[[{_key(name)}]]\n{_lines(item)}" for name, items in lists.items() for item in items]
    return "\n".join(part for part in parts if part)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _lines(data: dict[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in data.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # JSON's strings, numbers and booleans are TOML's, but for the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)
