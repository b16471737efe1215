"""Sources that misbehave: whatever they do, it is rows or an error, never zero."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.upstream import Answer, Question, Upstream, as_json
from hexwatch_etl.fetch import Fetched, Mark, Wanted, acled, fetch, http
from hexwatch_etl.fetch.fetched import EmptyAnswer, UpstreamError
from hexwatch_etl.fetch.http import Http
from hexwatch_etl.fetch.pages import Page, Row, collected
from hexwatch_etl.project.model import Acled, Bucket, Files, Pages, Query, Ucdp, Web
from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.windows import Window

WEEK = Window(date(2024, 1, 1), date(2024, 1, 7))
EVENTS = [{"id": n, "date_start": "2024-01-02", "best": n} for n in range(25)]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted, not waited."""
    noted: list[float] = []
    monkeypatch.setattr(Http, "wait", noted.append)
    monkeypatch.setattr(http, "_pause", noted.append)
    original = Http.__init__

    def impatient(self: Http, *rest: object, **said: object) -> None:
        original(self, *rest, **{**said, "wait": noted.append})  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Http, "__init__", impatient)
    return noted


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    """Of dataset `events`, for a week."""
    return Wanted("events", tmp_path / "fetching", tmp_path, WEEK)


def ucdp(upstream: Upstream, **said: object) -> Ucdp:
    """The client of the stub, ten rows a page."""
    plain = {"api": "ucdp", "version": "25.1", "url": upstream.address, "rows_a_page": 10, "per_second": 100}
    return Ucdp.model_validate(plain | said)


def pages(rows: list[dict], total: int | None = None) -> Callable[[Question], Answer]:
    """What UCDP answers."""

    def answer(question: Question) -> Answer:
        size, page = int(question.query["pagesize"]), int(question.query["page"])
        part = rows[page * size : (page + 1) * size]
        return as_json({"TotalCount": len(rows) if total is None else total, "Result": part})

    return answer


def read(found: Fetched | None) -> list[dict[str, str]]:
    assert found
    with found.files[0].open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_all_pages_of_the_window_come(upstream: Upstream, wanted: Wanted) -> None:
    upstream.answer = pages(EVENTS)
    rows = read(fetch(ucdp(upstream), wanted))
    assert [int(row["id"]) for row in rows] == list(range(25))
    assert [q.query["page"] for q in upstream.asked] == ["0", "1", "2"]
    assert upstream.asked[0].path == "/gedevents/25.1"
    assert (upstream.asked[0].query["StartDate"], upstream.asked[0].query["EndDate"]) == ("2024-01-01", "2024-01-07")


FAULTS = {
    "500": Answer(500),
    "502": Answer(502, b"<html>"),
    "429": Answer(429, headers={"retry-after": "7"}),
    "429 until a date": Answer(429, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "cut off": Answer(200, b'{"TotalCount": 25, "Result": []}', cut=11),
    "half a document": Answer(200, b'{"TotalCount": 25, "Res'),
    "no document": Answer(200, b"<html>maintenance</html>"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_is_got_over(upstream: Upstream, wanted: Wanted, fault: Answer) -> None:
    upstream.answer, upstream.faults = pages(EVENTS), [fault, fault]
    assert len(read(fetch(ucdp(upstream), wanted))) == 25


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays_is_an_error(upstream: Upstream, wanted: Wanted, fault: Answer) -> None:
    upstream.faults = [fault] * 9
    with pytest.raises(UpstreamError):
        fetch(ucdp(upstream, attempts=3), wanted)
    assert len(upstream.asked) == 3


def test_a_source_that_says_when_is_asked_then(upstream: Upstream, wanted: Wanted, pauses: list[float]) -> None:
    upstream.answer, upstream.faults = pages(EVENTS), [FAULTS["429"], Answer(503, headers={"retry-after": "99999"})]
    fetch(ucdp(upstream), wanted)
    assert {7.0, 300.0} <= set(pauses)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
def test_what_will_not_pass_is_told_at_once_and_without_the_query(
    upstream: Upstream, wanted: Wanted, status: int
) -> None:
    upstream.answer = lambda _: Answer(status, headers={"location": "http://127.0.0.1:1/"})
    with pytest.raises(UpstreamError, match=f"answered {status}") as told:
        fetch(ucdp(upstream), wanted)
    assert len(upstream.asked) == 1
    assert "?" not in str(told.value)


def test_an_empty_list_is_not_zero_unless_it_may_be(upstream: Upstream, wanted: Wanted) -> None:
    upstream.answer = pages([])
    with pytest.raises(EmptyAnswer, match="not taken for zero"):
        fetch(ucdp(upstream), wanted)
    assert fetch(ucdp(upstream, allow_empty=True), wanted) == Fetched(source="ucdp-ged")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"TotalCount": 1},
        {"TotalCount": "many", "Result": []},
        {"TotalCount": 1, "Result": "none"},
        {"TotalCount": 1, "Result": [1]},
        None,
    ],
)
def test_another_form_is_an_error(upstream: Upstream, wanted: Wanted, answer: object) -> None:
    upstream.answer = lambda _: as_json(answer)
    with pytest.raises(UpstreamError):
        fetch(ucdp(upstream), wanted)


def test_a_total_that_changes_begins_anew_and_ends(upstream: Upstream, wanted: Wanted) -> None:
    grown = [*EVENTS, {"id": 25, "date_start": "2024-01-03", "best": 1}]

    def answer(question: Question) -> Answer:
        return pages(EVENTS if len(upstream.asked) < 3 else grown)(question)

    upstream.answer = answer
    assert len(read(fetch(ucdp(upstream), wanted))) == 26
    upstream.answer = lambda asked: pages(EVENTS, total=len(upstream.asked))(asked)  # noqa: PLW0108 (counted late)
    with pytest.raises(UpstreamError, match=r"rows"):
        fetch(ucdp(upstream), wanted)


def test_fewer_rows_than_the_total_are_an_error(upstream: Upstream, wanted: Wanted) -> None:
    upstream.answer = pages(EVENTS, total=30)
    with pytest.raises(UpstreamError, match="told of 30 rows and gave 25"):
        fetch(ucdp(upstream), wanted)


def test_pages_that_came_do_not_come_again(upstream: Upstream, wanted: Wanted) -> None:
    def breaks(question: Question) -> Answer:
        return Answer(404) if question.query["page"] == "2" else pages(EVENTS)(question)

    upstream.answer = breaks
    with pytest.raises(UpstreamError):
        fetch(ucdp(upstream), wanted)
    upstream.asked.clear()
    upstream.answer = pages(EVENTS)
    assert len(read(fetch(ucdp(upstream), wanted))) == 25
    assert [q.query["page"] for q in upstream.asked] == ["0", "2"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 60), st.integers(1, 20), st.booleans(), st.lists(st.booleans(), max_size=12))
def test_however_often_it_breaks_off_the_rows_come_once(
    tmp_path_factory: pytest.TempPathFactory, count: int, size: int, told: bool, breaks: list[bool]
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    rows: list[Row] = [{"n": n} for n in range(count)]
    faults = list(breaks)

    def ask(number: int) -> Page:
        if faults and faults.pop():
            raise UpstreamError("broke off")
        return Page(rows[number * size : (number + 1) * size], count if told else None)

    for _ in range(len(breaks) + 1):
        try:
            assert collected(folder, size, ask) == rows
            return
        except UpstreamError:
            continue
    raise AssertionError("it never came to its end")


def test_a_file_comes_only_when_it_changed(upstream: Upstream, wanted: Wanted) -> None:
    def answer(question: Question) -> Answer:
        same = question.headers.get("if-none-match") == '"1"'
        return Answer(304) if same else Answer(200, b"id\n1\n", {"etag": '"1"'})

    upstream.answer = answer
    origin = Web(url=f"{upstream.address}/reports/{{first}}.csv", per_second=100)
    found = fetch(origin, wanted)
    assert found
    assert (found.files[0].name, found.files[0].read_bytes()) == ("2024-01-01.csv", b"id\n1\n")
    again = Wanted("events", wanted.folder, wanted.beside, WEEK, None, {m.address: m for m in found.marks})
    assert fetch(origin, again) is None


def test_a_file_that_breaks_off_or_is_empty_is_no_file(upstream: Upstream, wanted: Wanted) -> None:
    origin = Web(url=f"{upstream.address}/reports.csv", per_second=100, attempts=2)
    upstream.answer = lambda _: Answer(200, b"id\n1\n2\n", cut=4)
    with pytest.raises(UpstreamError, match="broke off"):
        fetch(origin, wanted)
    upstream.answer = lambda _: Answer(200)
    with pytest.raises(EmptyAnswer):
        fetch(origin, wanted)


def test_rows_of_any_json_service_with_a_token(
    upstream: Upstream, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(question: Question) -> Answer:
        at = (int(question.query["p"]) - 1) * 4
        return as_json({"data": {"rows": [{"a": n, "b": {"c": None}} for n in range(10)][at : at + 4]}})

    upstream.answer = answer
    form = Pages(rows="data.rows", page="p", size="n", rows_a_page=4)
    origin = Web(url=upstream.address, pages=form, token_env="FEED_TOKEN", per_second=100)  # noqa: S106 (a name)
    with pytest.raises(UsageError, match="FEED_TOKEN holds no token"):
        fetch(origin, wanted)
    monkeypatch.setenv("FEED_TOKEN", "secret")
    rows = read(fetch(origin, wanted))
    assert [row["a"] for row in rows] == [str(n) for n in range(10)]
    assert rows[0]["b"] == '{"c": null}'
    assert upstream.asked[0].headers["authorization"] == "secret"


def said(rows: list[dict]) -> Answer:
    """What ACLED answers."""
    return as_json({"status": 200, "success": True, "count": len(rows), "data": rows})


@pytest.fixture
def feed(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> Acled:
    """A client of the stub, with its token."""
    monkeypatch.setenv("ACLED_TOKEN", "secret")
    return Acled(api="acled", url=upstream.address, country=("Mali", "Chad"), rows_a_page=2, per_second=100)


def test_acled_gives_what_changed_and_what_was_deleted(upstream: Upstream, wanted: Wanted, feed: Acled) -> None:
    rows = [{"event_id_cnty": f"MLI{n}", "timestamp": str(10_000 + n)} for n in range(3)]
    deleted = [
        {"event_id_cnty": "MLI9", "deleted_timestamp": "10007"},
        {"event_id_cnty": "MLI2", "deleted_timestamp": "1"},
    ]

    def answer(question: Question) -> Answer:
        at = (int(question.query["page"]) - 1) * 2
        return said((rows if question.path == "/acled/read" else deleted)[at : at + 2])

    upstream.answer = answer
    first = fetch(feed, wanted)
    assert first
    assert (first.reached, first.gone, len(read(first))) == ("10002 10002", (), 3)
    assert (upstream.asked[0].query["country"], upstream.asked[0].headers["authorization"]) == (
        "Mali:OR:country=Chad", "Bearer secret",
    )  # fmt: skip
    later = fetch(feed, Wanted("events", wanted.folder, wanted.beside, None, "10002"))
    assert later
    assert (later.reached, later.gone) == ("10002 10007", ("MLI9",))  # MLI2 came again since
    assert fetch(feed, Wanted("events", wanted.folder, wanted.beside, None, later.reached)) is None
    assert any(q.query.get("timestamp_where") == ">=" for q in upstream.asked)


def test_what_acled_changed_between_our_two_questions_is_not_passed_over(
    upstream: Upstream, wanted: Wanted, feed: Acled
) -> None:
    """We were stopped for hours after the first: deletions of meanwhile are known, changes of meanwhile are not."""
    late = {"event_id_cnty": "MLI1", "timestamp": "50000"}
    rows = [{"event_id_cnty": "MLI0", "timestamp": "10000"}]

    def answer(question: Question) -> Answer:
        if question.path == "/acled/read":
            since = int(question.query.get("timestamp", 0))
            found = [row for row in rows if int(row["timestamp"]) >= since]
        else:
            rows[1:], found = [late], [{"event_id_cnty": "MLI9", "deleted_timestamp": "60000"}]
        at = (int(question.query["page"]) - 1) * 2
        return said(found[at : at + 2])

    upstream.answer = answer
    first = fetch(feed, Wanted("events", wanted.folder, wanted.beside, None, "10000"))
    assert first
    again = fetch(feed, Wanted("events", wanted.folder, wanted.beside, None, first.reached))
    assert again
    assert late in read(again)


def test_a_source_that_does_not_turn_its_pages_is_not_read_for_ever(
    upstream: Upstream, wanted: Wanted, feed: Acled
) -> None:
    upstream.answer = lambda _: said([{"event_id_cnty": f"MLI{n}", "timestamp": "10000"} for n in range(2)])
    with pytest.raises(UpstreamError, match="does not turn"):
        fetch(feed, wanted)


@pytest.mark.parametrize(
    "answer",
    [said([]), as_json({"status": 403, "success": False, "error": "no"}), as_json({"success": True, "data": {}}),
     said([{"event_id_cnty": "X", "timestamp": "soon"}]), Answer(200, b"")],
    ids=["nothing at all", "refusal under status 200", "no list", "no time", "nothing sent"],
)  # fmt: skip
def test_acled_refusing_is_no_answer(upstream: Upstream, wanted: Wanted, feed: Acled, answer: Answer) -> None:
    upstream.answer = lambda _: answer
    with pytest.raises(UpstreamError):
        fetch(feed, wanted)
    assert acled._OVERLAP == 3600


def test_files_are_new_until_they_are_known(tmp_path: Path, wanted: Wanted) -> None:
    origin = Files(files="in/*.csv")
    with pytest.raises(EmptyAnswer, match="No file fits"):
        fetch(origin, wanted)
    (tmp_path / "in").mkdir()
    for name in ("b.csv", "a.csv"):
        (tmp_path / "in" / name).write_text(name)
    found = fetch(origin, wanted)
    assert found
    assert [file.name for file in found.files] == ["a.csv", "b.csv"]
    known = {mark.address: mark for mark in found.marks}
    assert fetch(origin, Wanted("events", wanted.folder, tmp_path, known=known)) is None
    (tmp_path / "in" / "a.csv").write_text("corrected")
    again = fetch(origin, Wanted("events", wanted.folder, tmp_path, known=known))
    assert again
    assert [file.name for file in again.files] == ["a.csv"]
    with pytest.raises(UsageError, match="no glob"):
        fetch(Files(files="/etc/*"), wanted)


def test_objects_of_a_bucket_are_new_until_their_tag_is_known(tmp_path: Path, wanted: Wanted) -> None:
    bucket = tmp_path / "bucket"
    (bucket / "2024").mkdir(parents=True)
    (bucket / "2024" / "a.csv").write_text("id\n1\n")
    (bucket / "readme.txt").write_text("no data")
    origin = Bucket(bucket=f"file://{bucket}", matching="*.csv")
    found = fetch(origin, wanted)
    assert found
    assert [file.read_text() for file in found.files] == ["id\n1\n"]
    known: dict[str, Mark] = {mark.address: mark for mark in found.marks}
    assert fetch(origin, Wanted("events", wanted.folder, tmp_path, known=known)) is None
    with pytest.raises(EmptyAnswer):
        fetch(Bucket(bucket=f"file://{bucket}", matching="*.parquet"), wanted)


def test_rows_of_a_database_within_the_window(dsn: str, wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    days = "select d::date as day, 'a,\"b' as text from generate_series(%(first)s::date, %(last)s::date, '1 day') d"
    origin = Query(query=days, database_env="FIELD_DATABASE")
    monkeypatch.setenv("FIELD_DATABASE", dsn)
    rows = read(fetch(origin, wanted))
    assert (len(rows), rows[0]) == (7, {"day": "2024-01-01", "text": 'a,"b'})
    with pytest.raises(EmptyAnswer):
        fetch(Query(query="select 1 where false", database_env="FIELD_DATABASE"), wanted)
    for wrong in ("select * from nowhere", "delete from catalog.dataset returning id", "select pg_sleep(9)"):
        with pytest.raises(UpstreamError, match="refused"):
            fetch(Query(query=wrong, database_env="FIELD_DATABASE", minutes=0.001), wanted)
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select count(*) from catalog.audience").fetchone() == (3,)
