"""Runs a client program and counts what it found."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

FOUND = pytest.StashKey[list[tuple[str, int, int]]]()

# GDAL 3.6's OGCAPI driver takes the first link of a tile set for its tiles and never asks for one; read them as MVT.
KNOWN = ("ogcapi TILES: features",)


@dataclass(frozen=True)
class Outcome:
    """What a program said of each thing that it looked at."""

    said: str
    passed: list[str]
    failed: list[str]

    @property
    def surprising(self) -> list[str]:
        """Failures that are not among the known limits of a client."""
        return [line for line in self.failed if not line.startswith(KNOWN)]


def tried(
    config: pytest.Config, name: str, command: Sequence[str | Path], folder: Path, env: Mapping[str, str]
) -> Outcome:
    """Run a program that prints a line `ok` or `FAIL` for each check; what it says is kept in a folder."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=300)
    (folder / f"{name}.log").write_text(done.stdout + done.stderr)
    lines = re.findall(r"^(ok  |FAIL) (.*)$", done.stdout, re.MULTILINE)
    passed, failed = ([line for word, line in lines if word == wanted] for wanted in ("ok  ", "FAIL"))
    config.stash.setdefault(FOUND, []).append((name, len(passed), len(failed)))
    ended = re.search(r"^\d+ passed, \d+ failed$", done.stdout, re.MULTILINE)
    return Outcome(done.stdout + done.stderr, passed, failed if ended else [*failed, f"it ended early: {done.stderr}"])


def asked(url: str) -> Any:
    """The JSON at an address."""
    accept = {"accept": "application/geo+json, application/json"}
    with urlopen(Request(url, headers=accept), timeout=60) as answer:  # noqa: S310 (this machine's own server)
        return json.load(answer)
