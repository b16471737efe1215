"""Where snapshots stand on disk: one folder a release, made by one worker while the others wait for it."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import snapshot
from .read import Held, Release, read
from .snapshot import Snapshot

KEPT_PAST = 6  # earlier releases that somebody asked for
KEPT = 2  # the newest, and the one before it, which a slower worker may be about to open


@dataclass(frozen=True)
class Shelf:
    """The snapshots of one database."""

    folder: Path
    dsn: str

    def open(self, release: Release) -> Snapshot:
        """The snapshot of a release, made from the database where it is not there yet.

        Raises Superseded where the database has a newer release, Unreachable where it is away.
        """
        place = self.folder / release.layer / f"r{release.number}"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with _alone(place.parent / "lock"):
                if not place.exists():
                    self._make(place, release)
        return Snapshot.open(place)

    def open_past(self, release: Release) -> Snapshot:
        """The snapshot of a release that is not the newest any more, rebuilt of what was believed then."""
        place = self.folder / release.layer / f"as-of-{release.number}"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with _alone(place.parent / "lock-of-past"):
                if not place.exists():
                    self._rebuild(place, release)
        return Snapshot.open(place)

    def _rebuild(self, place: Path, release: Release) -> None:
        made = snapshot.build(read(self.dsn, release))
        folder = Path(tempfile.mkdtemp(dir=place.parent, prefix="rebuilding-"))
        made.write(folder)
        folder.rename(place)
        there = sorted(place.parent.glob("as-of-*"), key=lambda found: found.stat().st_mtime)
        for old in [*there[:-KEPT_PAST], *place.parent.glob("rebuilding-*")]:
            shutil.rmtree(old)

    def _make(self, place: Path, release: Release) -> None:
        number, known = _newest(place.parent, release.base)
        held = Held(number, known.measures) if known else None
        made = snapshot.build(read(self.dsn, release, held), known)
        # Only a whole snapshot ever has the name of a release; what a killed worker left is swept with the old ones.
        folder = Path(tempfile.mkdtemp(dir=place.parent, prefix="making-"))
        made.write(folder)
        folder.rename(place)
        _sweep(place.parent)


def _releases(folder: Path) -> list[Path]:
    """Folders of releases, oldest first."""
    return sorted(folder.glob("r[0-9]*"), key=lambda place: int(place.name[1:]))


def _newest(folder: Path, base: int) -> tuple[int, Snapshot | None]:
    """The newest release so far, if it has the same base grid: most of it stays as it is."""
    there = _releases(folder)
    known = Snapshot.open(there[-1]) if there else None
    if known is None or len(known.grids) != base:
        return 0, None
    return int(there[-1].name[1:]), known


def _sweep(folder: Path) -> None:
    """Remove old releases. Who still reads one keeps its memory until done: names go, not mapped files (unlink(2))."""
    for place in [*_releases(folder)[:-KEPT], *folder.glob("making-*")]:
        shutil.rmtree(place)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
