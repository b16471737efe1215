"""Project files: mistakes with their lines, a plan before anything is done, and no second change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from fixtures.command import Outcome
from fixtures.reports import Loads, report
from hexwatch_etl.project.apply import apply, plan
from hexwatch_etl.project.model import Project
from hexwatch_etl.project.read import check, read_project
from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
GOOD = """\
title = "Mission"

[datasets.incidents]
title = "Incidents"
licence = "CC BY 4.0"
areas = "adm1"
from = { api = "ucdp", version = "25.1" }
[datasets.incidents.schedule]
cron = "15 2 * * *"
start = 2024-01-01
lag_days = 7
stale_after_hours = 48

[datasets.adm1]
kind = "areas"
level = "adm1"
audience = "restricted"
[datasets.adm1.from]
files = "areas/*.gpkg"

[datasets.patrols]
kind = "tracks"

[layers.effort]
of = "incidents"
effort = "patrols"
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a project file."""

    def write(text: str) -> Path:
        (tmp_path / "hexwatch.toml").write_text(text, "utf-8")
        return tmp_path / "hexwatch.toml"

    return write


def test_a_good_file_has_no_mistakes(written: Callable[[str], Path]) -> None:
    project, mistakes = check(written(GOOD))
    assert (mistakes, project and list(project.datasets)) == ([], ["incidents", "adm1", "patrols"])


WRONG = {
    "misspelt": ('licence = "CC', 'license = "CC', 5, "Extra inputs"),
    "cron": ('"15 2 * * *"', '"99 2 * * *"', 9, "no schedule"),
    "no TOML": ('title = "Incidents"', "title = Incidents", 4, "no TOML"),
    "no start": ("start = 2024-01-01\n", "", 3, "needs a `start`"),
    "number": ("lag_days = 7", "lag_days = -7", 11, "greater than or equal to 0"),
    "no such areas": ('areas = "adm1"', 'areas = "adm7"', 3, "no dataset of this file"),
    "no such effort": ('effort = "patrols"', 'effort = "nobody"', 24, "no dataset of this file"),
    "origin": ('files = "areas/*.gpkg"', 'fils = "areas/*.gpkg"', 18, "name one of"),
    "secret": ('version = "25.1"', 'version = "25.1", token = "x"', 7, "Extra inputs"),
    "no level": ('level = "adm1"\n', "", 14, "areas need a `level`"),
    "source": ('title = "Incidents"', 'source = "udcp"', 4, "there is no source 'udcp'"),
    "mapping": ('title = "Incidents"', 'mapping = "none.toml"', 4, "could not be read"),
}


@pytest.mark.parametrize(("before", "after", "line", "what"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_line(
    written: Callable[[str], Path], before: str, after: str, line: int, what: str
) -> None:
    assert before in GOOD
    file = written(GOOD.replace(before, after, 1))
    _, mistakes = check(file)
    assert [(m.line, what in m.what) for m in mistakes] == [(line, True)]
    with pytest.raises(UsageError, match=f"line {line}: "):
        read_project(file)


def test_check_says_so_by_exit_code(cli: Callable[..., Outcome], written: Callable[[str], Path]) -> None:
    file = written(GOOD)
    done = cli("check", file)
    assert (done.code, "3 datasets, 1 scheduled, 1 layers" in done.stdout) == (0, True)
    file = written(GOOD.replace("cron", "corn"))
    done = cli("check", file, "--json")
    assert done.code == 2
    assert {m["line"] for m in json.loads(done.stdout)["mistakes"]} == {8, 9}
    assert cli("check", "nowhere.toml").code == 2


def test_apply_declares_and_then_has_nothing_to_do(dsn: str, written: Callable[[str], Path]) -> None:
    file = written(GOOD)
    project = read_project(file)
    with psycopg.connect(dsn, autocommit=True) as conn:
        changes = plan(conn, project)
        assert conn.execute("select count(*) from catalog.dataset").fetchone() == (0,)
        assert {"+ dataset incidents: events", "+ dataset adm1: areas"} <= set(map(str, changes))
        assert [c.sign for c in changes if c.what == "layer effort"] == ["!"]
        apply(conn, project, file.parent)
        assert [c.sign for c in plan(conn, project)] == ["!"]
        rows = conn.execute("select id, audience, attribution <> '' from catalog.dataset order by id").fetchall()
        assert rows == [("adm1", "restricted", False), ("incidents", "public", True), ("patrols", "public", False)]
        cron = "select cron, step_days, lag_days, stale_after = '48 hours' from ops.schedule"
        assert conn.execute(cron).fetchall() == [("15 2 * * *", 1, 7, True)]


def test_a_file_that_names_no_audience_leaves_what_was_said(
    dsn: str, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    unset = Settings(audience=None)  # pyright: ignore[reportCallIssue]
    monkeypatch.setattr("hexwatch_etl.catalogue.settings", lambda: unset)
    audiences = "select id, audience from catalog.dataset order by id"
    with psycopg.connect(dsn, autocommit=True) as conn:
        apply(conn, read_project(written(GOOD)), Path())
        said = [("adm1", "restricted"), ("incidents", None), ("patrols", None)]
        assert conn.execute(audiences).fetchall() == said
        conn.execute("update catalog.dataset set audience = 'confidential' where id = 'patrols'")
        apply(conn, read_project(written(GOOD)), Path())
        assert conn.execute(audiences).fetchall() == [*said[:2], ("patrols", "confidential")]


def test_a_file_does_not_stand_above_an_approval(
    dsn: str, load_reports: Loads, cli: Callable[..., Outcome], written: Callable[[str], Path]
) -> None:
    restricted = '[datasets.sums]\naudience = "restricted"\n'
    with psycopg.connect(dsn, autocommit=True) as conn:
        apply(conn, read_project(written(restricted)), Path())
        load_reports(dsn, [report("a")], dataset="sums")
        rank = "select rank from catalog.layer_audience where layer = 'sums'"
        assert conn.execute(rank).fetchone() == (1,)
        assert cli("release-to", "sums", "public", "--by", "A. Name", "--why", "sums only", dsn=dsn).code == 0
        apply(conn, read_project(written(restricted)), Path())
        assert conn.execute(rank).fetchone() == (0,)


def test_apply_shows_what_changes_and_leaves_what_it_does_not_name(
    dsn: str, load_reports: Loads, cli: Callable[..., Outcome], written: Callable[[str], Path]
) -> None:
    load_reports(dsn, [report("a")], dataset="other")
    file = written(GOOD)
    assert cli("apply", file, "--yes", dsn=dsn).code == 0
    file = written(GOOD.replace('"Incidents"', '"Events"').replace("15 2", "20 3"))
    done = cli("apply", file, "--dry-run", dsn=dsn)
    assert "~ dataset incidents title: Incidents to Events" in done.stdout
    assert "~ dataset incidents cron: 15 2 * * * to 20 3 * * *" in done.stdout
    assert "? dataset other: not in the file" in done.stdout
    assert cli("apply", file, dsn=dsn).code == 1  # nobody is there who could say yes
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select title from catalog.dataset where id = 'incidents'").fetchone() == ("Incidents",)


def test_a_layer_is_made_once_its_datasets_are_loaded(
    dsn: str, load_reports: Loads, written: Callable[[str], Path]
) -> None:
    text = '[datasets.mission]\n[datasets.posts]\n[layers.both]\nof = "mission"\neffort = "posts"\n'
    project, file = Project.model_validate({}), written(text)
    project = read_project(file)
    load_reports(dsn, [report("a")])
    load_reports(dsn, [report("a")], dataset="posts")
    with psycopg.connect(dsn, autocommit=True) as conn:
        apply(conn, project, file.parent)
        assert plan(conn, project) == []
        assert conn.execute("select number from catalog.release where layer = 'both'").fetchall() == [(1,)]


def test_the_published_schema_is_that_of_the_code() -> None:
    published = (ROOT / "docs/reference/project.schema.json").read_text("utf-8")
    assert json.loads(published) == Project.model_json_schema()
