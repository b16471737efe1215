"""How kernels are compiled: without Python's lock, and before the service says that it is ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile at the first call. Nothing is kept on disk: numba does not see when a called kernel has changed."""
    return cast("F", numba.njit(nogil=True, error_model="numpy")(function))
