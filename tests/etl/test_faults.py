"""Faults 44 to 53 at every stage of a load: what was believed stays whole, and the next load ends as a clean one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from fixtures.pings import TrackLoads, ping
from fixtures.reports import Loads, load_from, report
from fixtures.service import Serve
from hexwatch_etl import load as loading
from hexwatch_etl import publish as publishing
from hexwatch_etl.lake import files as lake_files
from hexwatch_etl.ownership import Run
from hexwatch_schemas.errors import LoadLost

BEFORE = [report("a"), report("b", deaths=4)]
AFTER = [report("a", revision=2, deaths=9), report("c", longitude=19.2), report("d", precision="near")]

# Where a load is caught, and whether what it brought is believed from there on.
STAGES: dict[str, tuple[Any, str]] = {
    "validate": (loading, "keep_rejects"),
    "place": (loading, "place"),
    "stage": (loading, "stage"),
    "publish": (publishing, "add_delta"),
    "release": (publishing, "release"),
    "snapshot": (Run, "finish"),  # all is committed; services read the release while the load has its last word to say
}
each_stage = pytest.mark.parametrize("stage", STAGES)
committed = {"snapshot"}


def digest(dsn: str) -> str:
    with psycopg.connect(dsn) as conn:
        row = conn.execute("select hex.digest(number) from catalog.dataset where id = 'mission'").fetchone()
    return row[0] if row else ""


def statuses(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as conn:
        return [status for (status,) in conn.execute("select status from ops.run order by id").fetchall()]


@contextmanager
def caught(stage: str, fault: Callable[[], object]) -> Iterator[None]:
    """The first load within the block has the fault at its stage."""
    where, name = STAGES[stage]
    original = getattr(where, name)

    def faulty(*arguments: Any, **more: Any) -> Any:
        setattr(where, name, original)
        fault()
        return original(*arguments, **more)

    setattr(where, name, faulty)
    try:
        yield
    finally:
        setattr(where, name, original)


def sessions(dsn: str) -> list[int]:
    """Who holds a dataset."""
    with psycopg.connect(dsn) as conn:
        return [pid for (pid,) in conn.execute("select backend from ops.hold").fetchall()]


def restart(dsn: str) -> None:
    """What a restart of the database is to a load: its session is gone."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        for pid in sessions(dsn):
            conn.execute("select pg_terminate_backend(%s, 10000)", (pid,))


@pytest.fixture(scope="module")
def clean(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The digests before and after, of loads that nothing happened to."""
    folder = tmp_path_factory.mktemp("clean")
    before, after = (load_from(folder, module_dsn, rows) for rows in (BEFORE, AFTER))
    return before.digest, after.digest


@each_stage
def test_47_53_a_session_that_ends_at_any_stage_leaves_all_as_it_was(
    dsn: str, load_reports: Loads, clean: tuple[str, str], stage: str
) -> None:
    """A restart of the database, at each stage: old data intact, and the same load again does what it should."""
    load_reports(dsn, BEFORE)
    with caught(stage, lambda: restart(dsn)), pytest.raises(psycopg.OperationalError):
        load_reports(dsn, AFTER)
    assert digest(dsn) == clean[stage in committed]
    again = load_reports(dsn, AFTER)
    assert (again.digest, again.status) == (clean[1], "unchanged" if stage in committed else "published")
    assert statuses(dsn)[1:] == (["published", "unchanged"] if stage in committed else ["failed", "published"])


@each_stage
def test_45_a_zombie_at_any_stage_is_refused(dsn: str, load_reports: Loads, clean: tuple[str, str], stage: str) -> None:
    """Stopped beyond its deadline, replaced by another load, woken up: it publishes nothing, whatever it was at."""
    load_reports(dsn, BEFORE)

    def replaced() -> None:
        with psycopg.connect(dsn, autocommit=True) as conn:
            conn.execute("update ops.hold set deadline = now() - interval '1 second'")
        load_reports(dsn, AFTER)

    with caught(stage, replaced), pytest.raises(psycopg.OperationalError):
        load_reports(dsn, [report("zombie")])
    after = digest(dsn)
    assert (after == clean[1]) == (stage not in committed), "what it had published before it was stopped, stands"
    assert load_reports(dsn, AFTER).digest == after


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in {"publish", "release", "snapshot"}])
def test_45_a_load_whose_lock_was_lost_is_refused_by_its_fence(
    dsn: str, load_reports: Loads, clean: tuple[str, str], stage: str
) -> None:
    """Its session lives, its lock does not (a pooler in between): the newer run's number is what refuses it."""
    load_reports(dsn, BEFORE)

    def replaced() -> None:
        with psycopg.connect(dsn) as conn:
            conn.execute("update catalog.dataset set fence = fence + 1")

    with caught(stage, replaced), pytest.raises(LoadLost):
        load_reports(dsn, AFTER)
    assert digest(dsn) == clean[0]
    assert load_reports(dsn, AFTER).digest == clean[1]


FAULTS = {
    "full disk": "raise exception using errcode = 'disk_full', message = 'No space left on device'",
    "statement timeout": "perform pg_sleep(20)",
}
TRIGGER = """
create function public.fault() returns trigger language plpgsql as $$ begin {}; return new; end $$;
create trigger fault before insert on {} for each row execute function public.fault()
"""


@pytest.mark.parametrize(
    ("table", "fault"),
    [(table, "full disk") for table in ("raw.quarantine", "hex.cell", "raw.event", "hex.fact", "catalog.release")]
    + [("raw.event", "statement timeout"), ("hex.fact", "statement timeout")],
)
def test_53_a_full_disk_or_a_timeout_at_any_stage_publishes_nothing(
    dsn: str, load_reports: Loads, clean: tuple[str, str], table: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are those that validate, place and stage, publish and release write to."""
    load_reports(dsn, BEFORE)
    with psycopg.connect(dsn) as conn:
        conn.execute(TRIGGER.format(FAULTS[fault], table).encode())
    refused = report("refused", category="unheard of") if table == "raw.quarantine" else report("e", longitude=30)
    with monkeypatch.context() as patch:
        patch.setenv("PGOPTIONS", "-c statement_timeout=500")
        with pytest.raises((psycopg.errors.DiskFull, psycopg.errors.QueryCanceled)):
            load_reports(dsn, [*AFTER, refused])
    assert digest(dsn) == clean[0]
    with psycopg.connect(dsn) as conn:
        conn.execute(f"drop trigger fault on {table}".encode())
    assert load_reports(dsn, AFTER).digest == clean[1]


def test_53_a_full_disk_of_the_lake_publishes_nothing_and_leaves_no_file(
    dsn: str, load_pings: TrackLoads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    way = [ping("a", f"2024-01-15T{hour:02}:00:00Z", 18 + hour / 200) for hour in range(8)]
    before = load_pings(dsn, way[:4])
    kept = set(tmp_path.rglob("*.parquet"))
    with monkeypatch.context() as patch:
        patch.setattr(lake_files, "_sync", _no_space)
        with pytest.raises(OSError, match="No space left"):
            load_pings(dsn, way)
    assert set(tmp_path.rglob("*.parquet")) == kept
    after = load_pings(dsn, way)
    assert after.digest != before.digest
    assert after.digest == load_pings(dsn, way, dataset="fresh").digest


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


# One process imports, then a copy of it for each stage is killed there: it needs two seconds once and not each time.
KILLED = """
import json, os, signal, sys, time
import psycopg
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from fixtures.reports import MAPPING
from hexwatch_etl import load as loading, publish as publishing
from hexwatch_etl.ownership import Run
from hexwatch_etl.catalogue import Description
where = {"loading": loading, "publishing": publishing, "Run": Run}
dsn, file, _, stages = sys.argv[1:]
about = Description(resolution=5, threshold=1.0)
request = loading.Request("mission", (Path(file),), mapping=MAPPING, description=about)
for module, name in json.loads(stages):
    child = os.fork()
    if not child:
        def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
        setattr(where[module], name, die)
        with psycopg.connect(dsn, autocommit=True) as conn:
            loading.load(conn, request)
        os._exit(3)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    died = time.perf_counter()
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("select pg_advisory_xact_lock(hashtext('hexwatch load'), number) from catalog.dataset")
        seconds = time.perf_counter() - died
        digest = conn.execute("select hex.digest(number) from catalog.dataset").fetchone()[0]
    print(json.dumps([name, code, seconds, digest]), flush=True)
"""


def test_44_kill_9_at_every_stage_leaves_the_old_data_and_frees_the_dataset(
    dsn: str, load_reports: Loads, clean: tuple[str, str], write_reports: Callable[..., Path]
) -> None:
    """Each takeover is bounded by what the database needs to see that its client is gone."""
    load_reports(dsn, BEFORE)
    file = write_reports(AFTER, "after.csv")
    names = {id(loading): "loading", id(publishing): "publishing", id(Run): "Run"}
    asked = json.dumps([(names[id(where)], name) for where, name in STAGES.values()])
    command = [sys.executable, "-c", KILLED, dsn, str(file), str(Path(__file__).parents[1]), asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, *_ in found] == [name for _, name in STAGES.values()], done.stderr
    assert {code for _, code, *_ in found} == {-signal.SIGKILL}
    assert [said for *_, said in found] == [clean[stage in committed] for stage in STAGES]
    assert load_reports(dsn, AFTER).digest == clean[1]
    assert statuses(dsn)[1:] == [*["failed"] * 5, "published", "unchanged"]


READS, RELEASES = 150, 6


def test_50_no_read_is_torn_while_releases_follow_each_other(dsn: str, load_reports: Loads, serve: Serve) -> None:
    """Each answer has the sum of the release that it names, whatever is published meanwhile."""
    load_reports(dsn, [report("a", deaths=1)])
    read: list[tuple[int, float]] = []

    def publish() -> None:
        for number in range(2, RELEASES + 1):
            load_reports(dsn, [report("a", revision=number, deaths=number), *_others(number)])

    with serve(dsn) as client:
        publisher = threading.Thread(target=publish)
        publisher.start()
        deadline = time.monotonic() + 60
        while len(read) < READS or read[-1][0] < RELEASES:
            assert time.monotonic() < deadline, "the last release was not heard of"
            read.append(_sum(client))
        publisher.join()
    assert [(release, deaths) for release, deaths in read if deaths != release**2] == []
    assert [release for release, _ in read] == sorted(release for release, _ in read)


def _others(number: int) -> list[dict[str, Any]]:
    """Together with the first they have the square of the number."""
    return [report("b", revision=number, deaths=number**2 - number, longitude=18.5 + number / 100)]


def _sum(client: TestClient) -> tuple[int, float]:
    said = client.get("/layers/mission/series", params={"step": "year"}).json()
    return said["release"], sum(map(sum, said["measures"]["deaths"].values()))
