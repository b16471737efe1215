"""Where snapshots stand on disk: one folder a release, made by one worker while the others wait for it."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
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
        return self._opened(f"r{release.number}", "lock", release, self._make)

    def open_past(self, release: Release) -> Snapshot:
        """The snapshot of a release that is not the newest any more, rebuilt of what was believed then."""
        return self._opened(f"as-of-{release.number}", "lock-of-past", release, self._rebuild)

    def _opened(self, name: str, lock: str, release: Release, make: Callable[[Path, Release], None]) -> Snapshot:
        place = self.folder / release.layer / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with _alone(place.parent / lock):
                if not place.exists():
                    make(place, release)
        return Snapshot.open(place)

    def _make(self, place: Path, release: Release) -> None:
        number, known = _newest(place.parent, release.base)
        held = Held(number, known.measures) if known else None
        _put(snapshot.build(read(self.dsn, release, held), known), place, "making-")
        _sweep([*_releases(place.parent)[:-KEPT], *place.parent.glob("making-*")])

    def _rebuild(self, place: Path, release: Release) -> None:
        _put(snapshot.build(read(self.dsn, release)), place, "rebuilding-")
        there = sorted(place.parent.glob("as-of-*"), key=lambda found: found.stat().st_mtime)
        _sweep([*there[:-KEPT_PAST], *place.parent.glob("rebuilding-*")])


def _put(made: Snapshot, place: Path, prefix: str) -> None:
    """Only a whole snapshot ever has the name of a release; what a killed worker left is swept with the old ones."""
    folder = Path(tempfile.mkdtemp(dir=place.parent, prefix=prefix))
    made.write(folder)
    folder.rename(place)


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


def _sweep(places: Iterable[Path]) -> None:
    """Remove folders. Who still reads one keeps its memory until done: names go, not mapped files (unlink(2))."""
    for place in places:
        shutil.rmtree(place)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
