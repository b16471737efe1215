"""The commands as an operator or a scheduler runs them: exit codes, JSON, quiet pipes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from fixtures.command import Outcome
from fixtures.reports import report

Cli = Callable[..., Outcome]

MAPPING = """
[key]
columns = ["id"]
[when]
start = "day_from"
[where]
longitude = "longitude"
latitude = "latitude"
"""


@pytest.fixture
def delivery(write_reports: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """A file of ten good rows and its mapping."""
    (tmp_path / "mapping.toml").write_text(MAPPING, "utf-8")
    return write_reports([report(str(i)) for i in range(10)]), tmp_path / "mapping.toml"


def test_a_load_reports_in_words_and_in_json(cli: Cli, dsn: str, delivery: tuple[Path, Path]) -> None:
    file, mapping = delivery
    words = cli("load", "mission", file, "--mapping", mapping, dsn=dsn)
    assert (words.code, words.stderr) == (0, "")
    assert "10 rows in = 10 loaded + 0 quarantined" in words.stdout
    data = cli("load", "mission", file, "--mapping", mapping, "--json", dsn=dsn)
    assert (data.code, data.stderr) == (0, "")
    assert json.loads(data.stdout)["status"] == "unchanged"


def test_too_many_refused_rows_are_exit_code_3(cli: Cli, dsn: str, delivery: tuple[Path, Path]) -> None:
    file, mapping = delivery
    file.write_text(file.read_text("utf-8").replace("18.5549,4.3612", "0,0", 1), "utf-8")
    done = cli("load", "mission", file, "--mapping", mapping, "--json", dsn=dsn)
    assert (done.code, done.stdout) == (3, "")
    said = json.loads(done.stderr)
    assert (said["error"], sum(said["rules"].values())) == ("QuarantineExceeded", 1)
    listed = cli("quarantine", "list", "mission", dsn=dsn)
    assert "reports.csv:2" in listed.stdout
    (run,) = json.loads(cli("runs", "--json", dsn=dsn).stdout)
    assert run["status"] == "failed"


def test_a_dataset_that_is_being_loaded_is_exit_code_75(cli: Cli, dsn: str, delivery: tuple[Path, Path]) -> None:
    file, mapping = delivery
    assert cli("load", "mission", file, "--mapping", mapping, dsn=dsn).code == 0
    with psycopg.connect(dsn) as other:
        other.execute("select pg_advisory_lock(hashtext('hexwatch load'), number) from catalog.dataset")
        done = cli("load", "mission", file, "--mapping", mapping, dsn=dsn)
    assert done.code == 75
    assert "under way" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("load", "mission"), 2, "Missing argument"),
        (("load", "mission", "nothing.csv"), 1, "No such file"),
        (("load", "Mission!", "FILE", "--mapping", "MAPPING"), 2, "Mission!"),
        (("load", "mission", "FILE", "--mapping", "MAPPING", "--source", "nosuch"), 2, "nosuch"),
        (("load", "mission", "FILE", "--mapping", "MAPPING", "--areas", "nowhere"), 2, "nowhere"),
        (("load", "mission", "FILE", "--mapping", "MAPPING", "--kind", "poems"), 2, "poems"),
        (("load", "mission", "FILE"), 2, "hexwatch inspect"),
        (("load", "zones", "FILE", "--kind", "areas"), 2, "--level"),
    ],
)
def test_mistakes_are_told_with_their_remedy(
    cli: Cli, dsn: str, delivery: tuple[Path, Path], arguments: tuple[str, ...], code: int, said: str
) -> None:
    put = {"FILE": delivery[0], "MAPPING": delivery[1]}
    done = cli(*(put.get(a, a) for a in arguments), dsn=dsn)
    assert done.code == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_said_plainly(cli: Cli, delivery: tuple[Path, Path]) -> None:
    done = cli("load", "mission", delivery[0], dsn="postgresql://nobody@127.0.0.1:1/none")
    assert done.code == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_command(cli: Cli) -> None:
    words = cli("--help").stdout
    assert all(
        name in words for name in ("load", "serve", "sources", "inspect", "migrate", "runs", "quarantine", "simulate")
    )
