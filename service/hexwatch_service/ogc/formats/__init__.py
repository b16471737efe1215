"""The formats that features come in, one file each, found by being here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..writing import Format


@cache
def registry() -> Mapping[str, Format]:
    """All formats by the name that `f=` has for them, in the order they are offered; the first is the default."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return {f.id: f for f in sorted((m.FORMAT for m in modules), key=lambda f: f.order)}
