"""Snapshots on disk: made once, shared, replaced whole, and gone when nobody reads them any more."""

from __future__ import annotations

import gc
import subprocess
import sys
from datetime import date
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np
import pytest

from fixtures.facts import Fact, Mission, found
from hexwatch_service.engine.read import Release, Superseded
from hexwatch_service.engine.shelf import KEPT, Shelf
from hexwatch_service.engine.snapshot import Snapshot

CELLS = sorted(h3.grid_disk(h3.latlng_to_cell(4.4, 18.6, 5), 3))
DAY = date(2024, 1, 1)

OPEN = """
import sys
from pathlib import Path
from hexwatch_service.engine import snapshot
from hexwatch_service.engine.read import Release
from hexwatch_service.engine.shelf import Shelf
made = snapshot.build
snapshot.build = lambda *said: print("made") or made(*said)
print("ready", flush=True)
sys.stdin.readline()
opened = Shelf(Path(sys.argv[1]), sys.argv[2]).open(Release("mission", *map(int, sys.argv[3:])))
print("amount", opened.precise.daily.amount.sum())
"""


def facts(amount: int) -> list[Fact]:
    return [Fact((cell,), DAY, DAY, amount=amount) for cell in CELLS]


@pytest.fixture
def mission(dsn: str) -> Mission:
    return found(dsn)


@pytest.fixture
def shelf(mission: Mission, tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, mission.reader)


def total(snapshot: Snapshot) -> int:
    return int(snapshot.precise.daily.amount.sum())


def test_a_snapshot_is_opened_again_without_the_database(mission: Mission, shelf: Shelf) -> None:
    release = mission.publish(5, facts(3))
    first = shelf.open(release)
    again = Shelf(shelf.folder, "host=nowhere.invalid").open(release)
    assert total(again) == total(first) == 3 * len(CELLS)
    for ours, theirs in zip(first.grids, again.grids, strict=True):
        np.testing.assert_array_equal(ours.xy, theirs.xy)
    with pytest.raises(ValueError, match="read-only"):
        again.precise.daily.amount[0] = 7


def test_of_two_workers_one_makes_it_and_both_read_it(mission: Mission, shelf: Shelf) -> None:
    release = mission.publish(5, facts(2))
    said = [str(shelf.folder), shelf.dsn, str(release.number), str(release.dataset), str(release.base)]
    command = [sys.executable, "-c", OPEN, *said]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    told = [worker.communicate(timeout=60)[0].splitlines() for worker in workers]
    assert [lines[-1] for lines in told] == [f"amount {2 * len(CELLS)}"] * 2
    assert sum(lines.count("made") for lines in told) == 1
    assert sorted(p.name for p in (shelf.folder / "mission").iterdir()) == ["lock", "r1"]


def test_an_old_release_leaves_the_disk_at_once_and_memory_with_its_last_reader(mission: Mission, shelf: Shelf) -> None:
    reader = shelf.open(mission.publish(5, facts(1)))
    for amount in range(2, KEPT + 3):
        shelf.open(mission.publish(5, facts(amount)))
    there = sorted(place.name for place in (shelf.folder / "mission").glob("r*"))
    assert len(there) == KEPT
    assert "r1" not in there
    assert total(reader) == len(CELLS)
    assert _mapped(shelf.folder / "mission" / "r1")
    del reader
    gc.collect()
    assert not _mapped(shelf.folder / "mission" / "r1")


def test_44_what_a_killed_worker_left_is_swept_and_never_read(mission: Mission, shelf: Shelf) -> None:
    left = shelf.folder / "mission" / "making-left"
    left.mkdir(parents=True)
    assert total(shelf.open(mission.publish(5, facts(4)))) == 4 * len(CELLS)
    assert not left.exists()


def test_a_release_that_was_overtaken_is_refused(mission: Mission, shelf: Shelf) -> None:
    first = mission.publish(5, facts(1))
    mission.publish(5, facts(2))
    with pytest.raises(Superseded, match="not the newest"):
        shelf.open(first)
    assert not (shelf.folder / "mission" / "r1").exists()


def test_a_mission_without_facts_has_an_empty_snapshot(mission: Mission, shelf: Shelf) -> None:
    opened = shelf.open(mission.publish(5, []))
    assert total(opened) == opened.base.cells.size == opened.supports == 0


def test_outlines_taken_from_an_earlier_release_are_those_that_libh3_gives(mission: Mission, shelf: Shelf) -> None:
    shelf.open(mission.publish(5, facts(1)[::2]))
    second = shelf.open(mission.publish(5, facts(1)))
    fresh = Shelf(shelf.folder / "fresh", shelf.dsn).open(Release("mission", 2, mission.dataset, 5))
    for ours, theirs in zip(second.grids, fresh.grids, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def _mapped(folder: Path) -> bool:
    return f"{folder}/" in Path("/proc/self/maps").read_text()
