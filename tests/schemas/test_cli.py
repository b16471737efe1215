"""The one command: quick to start, and interruptible."""

from __future__ import annotations

import subprocess
import sys


def test_the_command_starts_without_the_heavy_libraries() -> None:
    """They take seconds to import, and polars keeps Ctrl-C from a process that waits for its children."""
    code = """
import sys
from hexwatch_schemas.cli import load_commands
load_commands()
print([m for m in ("polars", "pandas", "geopandas", "fastapi", "uvicorn", "numba", "pyarrow") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
