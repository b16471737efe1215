"""How kernels are compiled: without Python's lock, once per version of this folder, before the service is ready."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

F = TypeVar("F", bound=Callable[..., Any])


def _keep() -> bool:
    """Let numba keep machine code in the user's cache folder (XDG Base Directory 0.8); whether it can.

    numba looks only at a kernel's own file, not at the kernels it calls: so the folder's name holds them all.
    """
    code = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    name = hashlib.sha256(code + numba.__version__.encode()).hexdigest()[:16]
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexwatch" / name
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a read-only or homeless user compiles at every start
        return False
    config.CACHE_DIR = str(folder)  # pyright: ignore[reportAttributeAccessIssue]  (numba makes its settings unseen)
    return os.access(folder, os.W_OK)


_njit: Any = numba.njit  # its overloads know neither a dict of options nor the one that leaves out reference counts
_HOW: dict[str, Any] = {"nogil": True, "error_model": "numpy", "cache": _keep()}


def kernel(function: F) -> F:
    """Compile at the first call, or take what an earlier start compiled."""
    return cast("F", _njit(**_HOW)(function))


def part(function: F) -> F:
    """The same for what a kernel calls for each cell and what makes no array.

    Counting references to the arrays it is given, which is never needed there, took half of a tile's time.
    """
    return cast("F", _njit(**_HOW, _nrt=False)(function))
