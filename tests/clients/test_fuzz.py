"""Schemathesis with all checks over what /api describes; only with `./run clients --fuzz`, for as long as that says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SECONDS = os.environ.get("HEXWATCH_FUZZ")


@pytest.mark.skipif(not SECONDS, reason="Run by ./run clients --fuzz.")
def test_nothing_that_is_described_fails(address: str, pictures: Path) -> None:
    program = Path(os.environ["HEXWATCH_CLIENTS"]) / "schemathesis"
    asked = [
        "--checks",
        "all",
        "-n",
        "5",
        "--seed",
        "1",
        "--request-timeout",
        "30",
        "--max-time",
    ]
    command = [program, "run", f"{address}/api", "--url", address, *asked, str(SECONDS)]
    hooks = os.environ | {"SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("fuzz_hooks.py"))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=pictures, env=hooks)
    (pictures / "schemathesis.log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout[-8000:]
