"""What a publish says that it added is all that a service needs which holds the release before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psycopg
import pytest

from fixtures.reports import Loads, report
from hexwatch_schemas.store import READER, as_role
from hexwatch_service.engine import shelf as shelves
from hexwatch_service.engine.read import Contents, Release, read
from hexwatch_service.engine.shelf import Shelf
from hexwatch_service.engine.snapshot import Snapshot

# Each delivery is what is believed from then on: reports come, move, grow, take longer, and go.
DELIVERIES = [
    [report("a"), report("b", longitude=20.0, deaths=4), report("c", precision="adm1")],
    [report("a"), report("b", longitude=20.0, deaths=4), report("c", precision="near"), report("d", deaths=0)],
    [report("a", revision=2, longitude=25.0), report("b", longitude=20.0, deaths=4), report("d", deaths=0)],
    [report("a", revision=2, longitude=25.0), report("b", revision=2, longitude=20.0, day_to="2024-02-03")],
    [
        report("b", revision=2, longitude=20.0, day_to="2024-02-03"),
        report("e", day_from="2023-12-30", category="abduction"),
    ],
    [report("e", day_from="2023-12-30", category="abduction")],
]


@dataclass
class Seen:
    """Whether each reading was of additions only."""

    additive: list[bool] = field(default_factory=list)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    seen = Seen()

    def watched(*said: object) -> Contents:
        contents = read(*said)  # pyright: ignore[reportArgumentType]  (whatever the shelf says)
        seen.additive.append(contents.additive)
        return contents

    monkeypatch.setattr(shelves, "read", watched)
    return seen


def told(snapshot: Snapshot) -> list[tuple[int, ...]]:
    """The precise facts: days, cell, category, measure, amount."""
    facts, cells = snapshot.precise, snapshot.base.cells
    day = np.repeat(facts.days, np.diff(facts.starts))
    rows = [
        *zip(day, day, cells[facts.daily.place], *facts.daily[1:], strict=True),
        *zip(facts.first, facts.last, cells[facts.long.place], *facts.long[1:], strict=True),
    ]
    return sorted(tuple(map(int, row)) for row in rows)


def test_a_release_made_of_additions_says_the_same_as_one_read_whole(
    dsn: str, load_reports: Loads, tmp_path: Path, seen: Seen
) -> None:
    held = Shelf(tmp_path / "held", as_role(dsn, READER))
    for number, delivery in enumerate(DELIVERIES, 1):
        load_reports(dsn, delivery, replace=True)
        with psycopg.connect(dsn) as conn:
            row = conn.execute("select number, base_resolution from catalog.dataset where id = 'mission'").fetchone()
        assert row
        release = Release("mission", number, *row)
        whole = Shelf(tmp_path / str(number), held.dsn).open(release)
        ours = held.open(release)
        assert told(ours) == told(whole)
        for name in ("spread", "unplaced"):
            assert getattr(ours, name).daily.amount.tolist() == getattr(whole, name).daily.amount.tolist()
    assert seen.additive == [False, False, *[False, True] * (len(DELIVERIES) - 1)]


def test_a_service_that_missed_more_than_is_kept_reads_the_rest(
    dsn: str, load_reports: Loads, tmp_path: Path, seen: Seen
) -> None:
    held = Shelf(tmp_path, as_role(dsn, READER))
    load_reports(dsn, [report("a")])
    with psycopg.connect(dsn, autocommit=True) as conn:
        row = conn.execute("select number, base_resolution from catalog.dataset where id = 'mission'").fetchone()
        assert row
        held.open(Release("mission", 1, *row))
        load_reports(dsn, [report("a"), report("b")])
        load_reports(dsn, [report("a"), report("b"), report("c")])
        conn.execute("delete from hex.addition where run = (select min(run) from hex.addition where run > 1)")
    assert sum(amount for *_, measure, amount in told(held.open(Release("mission", 3, *row))) if measure == 0) == 3
    assert seen.additive == [False, False]
