"""How kernels are compiled: without Python's lock, once per version of the folder that they stand in."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

F = TypeVar("F", bound=Callable[..., Any])

_njit: Any = numba.njit  # its overloads know neither a dict of options nor the one that leaves out reference counts


class Kernels:
    """The kernels of one folder. What was compiled is kept between starts where the user has a cache folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the source of the kernels and of all that they call."""
        self._cache = _cache_folder(folder)
        self._how: dict[str, Any] = {"nogil": True, "error_model": "numpy", "cache": self._cache is not None}

    def kernel(self, function: F) -> F:
        """Compile at the first call, or take what an earlier start compiled."""
        return self._compiled(function)

    def part(self, function: F) -> F:
        """The same for what a kernel calls for each item and what makes no array.

        Counting references to the arrays it is given, which is never needed there, took half of a tile's time.
        """
        return self._compiled(function, _nrt=False)

    def _compiled(self, function: F, **more: bool) -> F:
        before = config.CACHE_DIR  # pyright: ignore[reportAttributeAccessIssue]  (numba makes its settings unseen)
        config.CACHE_DIR = self._cache or before  # pyright: ignore[reportAttributeAccessIssue]
        try:
            return cast("F", _njit(**self._how, **more)(function))
        finally:
            config.CACHE_DIR = before  # pyright: ignore[reportAttributeAccessIssue]


def _cache_folder(folder: Path) -> str | None:
    """Where numba may keep machine code (XDG Base Directory 0.8); None where it cannot.

    numba looks only at a kernel's own file, not at the kernels it calls: so the folder's name holds them all.
    """
    code = b"".join(file.read_bytes() for file in sorted(folder.glob("*.py")))
    name = hashlib.sha256(code + numba.__version__.encode()).hexdigest()[:16]
    try:
        kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexwatch" / name
        kept.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a read-only or homeless user compiles at every start
        return None
    return str(kept) if os.access(kept, os.W_OK) else None
