"""The engine's kernels are compiled before the service is ready, and kept between its starts."""

from __future__ import annotations

from pathlib import Path

from hexwatch_schemas.compiled import Kernels

_kernels = Kernels(Path(__file__).parent)
kernel, part = _kernels.kernel, _kernels.part
