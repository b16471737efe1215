"""How kernels are compiled: without Python's lock, and before the service says that it is ready."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

# Nothing is kept on disk: numba does not see when a kernel that another one calls has changed.
_compile: Any = partial(numba.njit, nogil=True, error_model="numpy")


def kernel(function: F) -> F:
    """Compile at the first call."""
    return _compile()(function)


def part(function: F) -> F:
    """The same for what a kernel calls for each cell and what makes no array.

    Counting references to the arrays it is given, which is never needed there, took half of a tile's time.
    """
    return _compile(_nrt=False)(function)
