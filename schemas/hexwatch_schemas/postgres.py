"""Finds the PostgreSQL programs of this machine, and only those that come with PostGIS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hexwatch_schemas.errors import ClusterError

OLDEST = 15
"""First release with everything the store uses (MERGE, CREATE DATABASE … STRATEGY)."""

INSTALL_HINT = (
    "Install PostgreSQL and PostGIS: `apt-get install postgresql postgis postgresql-postgis` on Debian or Ubuntu, "
    "`dnf install postgresql-server postgis` on Fedora, `brew install postgis` on macOS. "
    "If they stand in an unusual place, name the folder of `pg_ctl` in HEXWATCH_PG_BIN; "
    "or name a database of your own in HEXWATCH_DATABASE_URL."
)


@dataclass(frozen=True, order=True)
class Binaries:
    """One installed PostgreSQL: its major version and the folder of its programs."""

    version: int
    folder: Path

    def program(self, name: str) -> str:
        """The full path of one program, such as `pg_ctl`."""
        return str(self.folder / name)


def find_binaries(version: int | None = None) -> Binaries:
    """The newest PostgreSQL with PostGIS, or exactly the major `version` that a cluster was made by.

    Looks into HEXWATCH_PG_BIN alone when that is set; else asks PATH, then the folders of Debian and Fedora.
    Raises ClusterError that says what was found and what to install.
    """
    seen = sorted({found for folder in _folders() if (found := _inspect(folder))}, reverse=True)
    fit = [b for b in seen if b.version == version] if version else [b for b in seen if b.version >= OLDEST]
    for binaries in fit:
        if _has_postgis(binaries):
            return binaries
    raise ClusterError(_lack(version, seen, fit), hint=INSTALL_HINT)


def _lack(version: int | None, seen: list[Binaries], fit: list[Binaries]) -> str:
    wanted = f"PostgreSQL {version}, which made this cluster," if version else f"PostgreSQL {OLDEST} or newer"
    if fit:
        return f"PostgreSQL {fit[0].version} is in {fit[0].folder}, but it has no PostGIS extension."
    found = ", ".join(f"{b.version} in {b.folder}" for b in seen)
    return f"{wanted} was not found here (found {found or 'none'})."


def _folders() -> Iterator[Path]:
    if named := os.environ.get("HEXWATCH_PG_BIN"):
        yield Path(named)
        return
    if config := shutil.which("pg_config"):
        yield Path(_say([config, "--bindir"]))
    if control := shutil.which("pg_ctl"):
        yield Path(control).resolve().parent
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")


def _inspect(folder: Path) -> Binaries | None:
    if not all((folder / name).is_file() for name in ("postgres", "pg_ctl", "initdb")):
        return None
    number = re.search(r"\d+", _say([str(folder / "postgres"), "--version"]))
    return Binaries(int(number.group()), folder.resolve()) if number else None


def _has_postgis(binaries: Binaries) -> bool:
    share = _say([binaries.program("pg_config"), "--sharedir"])
    return bool(share) and (Path(share) / "extension" / "postgis.control").is_file()


def _say(command: list[str]) -> str:
    """What a program prints; nothing when it is missing or fails, which is how it is told apart from a usable one."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
