"""Named SQL: statements are blocks headed `-- name: …` in `.sql` files; only this place vouches for them."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import LiteralString, cast

_HEAD = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


@cache
def _blocks(package: str, topic: str) -> dict[str, str]:
    text = resources.files(package).joinpath("sql", f"{topic}.sql").read_text("utf-8")
    parts = _HEAD.split(text)[1:]  # name, body, name, body …
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def query(name: str, package: str = "hexwatch_schemas") -> LiteralString:
    """The statement `topic.name`, e.g. `query("catalog.layers")`, from the package's `sql/topic.sql`.

    Raises KeyError where there is none: a mistake in the code, never in the input.
    """
    topic, block = name.split(".")
    return cast("LiteralString", _blocks(package, topic)[block])
