"""What operators ask of the ledger: runs, quarantine and its replay, freshness, differences between releases."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from fixtures.command import Outcome
from fixtures.reports import MAPPING, Loads, report
from hexwatch_etl.history import difference
from hexwatch_etl.mapping import Mapping
from hexwatch_etl.ownership import Charge, charged
from hexwatch_etl.quarantine import replay_rows, write_rows
from hexwatch_etl.store_rows import sql
from hexwatch_schemas.errors import NotFound, UsageError

Cli = Callable[..., Outcome]
BAD = [report("a"), report("b", category="=riot()"), report("c", longitude=0, latitude=0)]


def lenient() -> Mapping:
    """The mapping, mended: it knows the category that was refused."""
    said = MAPPING.model_dump()
    said["category"]["codes"]["=riot()"] = "riot"
    return Mapping.model_validate(said)


def test_a_run_is_shown_with_files_steps_and_releases(dsn: str, load_reports: Loads, cli: Cli) -> None:
    done = load_reports(dsn, BAD)
    shown = json.loads(cli("run", "show", str(done.run), "--json", dsn=dsn).stdout)
    assert shown["releases"] == {"mission": 1}
    assert {"place", "stage", "publish"} <= shown["seconds"].keys()
    assert (shown["rows_in"], shown["rows_loaded"], shown["rows_quarantined"]) == (3, 1, 2)
    assert sum(rule["rows"] for rule in shown["refused"]) == 2
    words = cli("run", "show", str(done.run), dsn=dsn)
    assert (words.code, "3 in = 1 loaded + 2 quarantined" in words.stdout) == (0, True)
    assert cli("run", "show", "999", dsn=dsn).code == 2


def test_refused_rows_are_written_without_formulas(dsn: str, load_reports: Loads, cli: Cli, tmp_path: Path) -> None:
    load_reports(dsn, BAD)
    done = cli("quarantine", "export", tmp_path / "refused.csv", "--dataset", "mission", dsn=dsn)
    assert (done.code, done.stderr) == (0, "")
    with (tmp_path / "refused.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert rows["b"]["category"] == "'=riot()"
    assert (rows["b"]["line"], rows["c"]["file"]) == ("3", "reports.csv")
    with pytest.raises(UsageError, match="exists"):
        write_rows([], tmp_path / "refused.csv")


def test_rows_that_were_mended_are_replayed_and_the_others_stay(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, BAD)
    with psycopg.connect(dsn, autocommit=True) as conn:
        done = replay_rows(conn, "mission", lenient())
        assert done
        assert (done.rows_in, done.rows_loaded, done.rows_quarantined, done.release) == (2, 1, 1, 2)
        asked = {"dataset": "mission", "run": None, "rule": None, "limit": 9}
        left = conn.execute(sql("runs.quarantine"), asked).fetchall()
        assert [(row[1], row[7]["id"]) for row in left] == [(done.run, "c")]


def test_a_replay_that_fails_leaves_the_rows_where_they_are(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, BAD)
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("update catalog.dataset set quarantine_threshold = 0")
        with pytest.raises(Exception, match="were refused"):
            replay_rows(conn, "mission", lenient())
        assert conn.execute("select count(*) from raw.quarantine where replayed_by is null").fetchone() == (3,)
        with pytest.raises(UsageError, match="read with a mapping"):
            replay_rows(conn, "mission")


def test_freshness_tells_what_is_stale_by_its_exit_code(dsn: str, load_reports: Loads, cli: Cli) -> None:
    load_reports(dsn, BAD)
    assert cli("freshness", dsn=dsn).code == 0
    with psycopg.connect(dsn) as conn:
        conn.execute("insert into ops.schedule (dataset, stale_after) select number, '1 hour' from catalog.dataset")
        conn.execute("update ops.run set finished_at = now() - interval '2 hours'")
    done = cli("freshness", "--json", dsn=dsn)
    assert (done.code, [layer["stale"] for layer in json.loads(done.stdout)]) == (1, [True])


def test_51_a_difference_names_what_was_added_revised_and_removed(dsn: str, load_reports: Loads, cli: Cli) -> None:
    """51 (corrected, moved, deleted reports), as an operator sees them afterwards."""
    load_reports(dsn, [report("a", deaths=3), report("b"), report("c", deaths=2)])
    moved = report("b", revision=2, longitude=19.9)
    load_reports(dsn, [report("a", revision=2, deaths=5), moved, report("d", longitude=20.5)], replace=True)
    with psycopg.connect(dsn) as conn:
        found = difference(conn, "mission", "1", "2", 100)
        with pytest.raises(NotFound):
            difference(conn, "mission", "1", "3", 100)
        short = difference(conn, "mission", "1", "2", 1)
    assert {r["key"]: r["change"] for r in found["records"]} == {
        "a": "revised", "b": "revised", "c": "removed", "d": "added",
    }  # fmt: skip
    assert found["counts"] == {"added": 1, "removed": 1, "revised": 2}
    assert sum(c["change"] for c in found["cells"] if c["measure"] == "deaths") == (5 + 1 + 1) - (3 + 1 + 2)
    assert (short["truncated"], len(short["records"])) == (True, 1)
    assert short["counts"] == found["counts"], "what is not listed is counted all the same"
    words = cli("diff", "mission", "1", "2", dsn=dsn)
    assert "release 1 to 2: 1 added, 1 removed, 2 revised" in words.stdout
    assert cli("diff", "mission", "banana", "2", dsn=dsn).code == 2


def test_what_a_load_is_charged_with_becomes_true_with_its_publish_or_not_at_all(dsn: str, load_reports: Loads) -> None:
    noted: list[int] = []
    with charged(Charge(also=lambda run: noted.append(run.id))):
        done = load_reports(dsn, BAD)
        with pytest.raises(Exception, match="were refused"):
            load_reports(dsn, BAD, threshold=0.0)
    assert noted == [done.run]
    assert replace(Charge()) == Charge()


def test_44_a_load_that_published_and_then_died_is_told_as_published(dsn: str, load_reports: Loads) -> None:
    """44 (kill -9), after the commit and before the last word."""
    done = load_reports(dsn, BAD)
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("update ops.run set status = 'running', finished_at = null")
        assert conn.execute("select status from status.run").fetchone() == ("died",)
        load_reports(dsn, BAD)
        assert conn.execute("select status from ops.run where id = %s", (done.run,)).fetchone() == ("published",)
