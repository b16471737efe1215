"""Logs name the run and the request that they are of."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.command import Outcome
from fixtures.pings import PLAIN, ping
from fixtures.reports import Loads, report
from fixtures.service import Serve
from hexwatch_schemas.logs import REQUEST, RUN, Asked, configure
from hexwatch_service import failures
from hexwatch_service.routes import layers


@pytest.fixture
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before, level


@pytest.mark.usefixtures("_logs_as_before")
def test_a_line_is_an_object_with_run_request_and_what_it_brings(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json")
    RUN.set(7)
    REQUEST.set(Asked([(b"x-request-id", b"abc-1")]))
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger("hexwatch_etl.load").exception("bad %s", "thing", extra={"step": "place"})
    said = json.loads(capsys.readouterr().err)
    assert {k: said[k] for k in ("level", "logger", "message", "run", "request", "step")} == {
        "level": "ERROR", "logger": "hexwatch_etl.load", "message": "bad thing", "run": 7, "request": "abc-1",
        "step": "place",
    }  # fmt: skip
    assert "ValueError: no" in said["traceback"]
    configure("text")
    logging.getLogger("hexwatch_etl.load").info("done")
    assert capsys.readouterr().err.endswith("INFO hexwatch_etl.load done run=7 request=abc-1\n")
    REQUEST.set(None)
    RUN.set(None)


@pytest.mark.parametrize("said", [b"a b", b'"}', b"\n", b"x" * 65, b""])
def test_an_id_that_could_write_into_the_log_is_replaced(said: bytes) -> None:
    made = Asked([(b"x-request-id", said)])
    assert (len(made.id), made.id) == (16, made.id)


def test_an_answer_that_failed_names_the_request_of_the_log(
    dsn: str, load_reports: Loads, serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    load_reports(dsn, [report("a")])

    async def fails(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(layers, "cell_json", fails)
    with serve(dsn) as client:
        answer = client.get("/layers/mission/cells/8559aa57fffffff", headers={"x-request-id": "from-the-proxy"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "from-the-proxy")
    assert "secret" not in answer.text
    assert failures.log.name in {record.name for record in caplog.records}


def test_a_load_tells_its_steps_where_that_is_asked_for(
    dsn: str, cli: Callable[..., Outcome], tmp_path: Path, write_pings: Callable[..., Path]
) -> None:
    (tmp_path / "m.toml").write_text(PLAIN, "utf-8")
    file = write_pings([ping("a", f"2024-01-15T{hour:02}:00:00Z", 18 + hour / 200) for hour in range(8)])
    arguments = ("load", "patrols", file, "--mapping", tmp_path / "m.toml", "--json")
    done = cli(*arguments, dsn=dsn, env={"HEXWATCH_LOG_FORMAT": "json"})
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["run"] for line in said} == {json.loads(done.stdout)["run"]}
    assert {"read", "lake", "cut", "publish"} <= {line.get("step") for line in said}
    assert cli(*arguments, dsn=dsn).stderr == ""
