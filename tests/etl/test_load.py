"""Loads on real PostGIS: conservation, idempotence, corrections, and rows that are refused."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.reports import Loads, report
from hexwatch_etl.catalogue import Description
from hexwatch_schemas.errors import Locked, QuarantineExceeded, UsageError
from hexwatch_schemas.queries import query
from hexwatch_schemas.windows import Window
from oracle.sums import asked, from_rows

ALWAYS = Window(date(1900, 1, 1), date(2100, 1, 1))
MEASURES = ("events", "deaths")
MIX = [
    report("a", deaths=10, day_from="2024-01-29", day_to="2024-02-02"),
    report("b", deaths=3, precision="near", longitude=20.0),
    report("c", deaths=5, precision="region", latitude=6.0, category="abduction"),
    report("d", deaths=7, precision="country"),
    report("e", deaths=2, precision="adm1"),
]


def totals(
    dsn: str, resolution: int, window: Window = ALWAYS, categories: list[int] | None = None
) -> tuple[dict[str, float], dict[str, float]]:
    """Mass on cells and mass that is unplaced, by measure."""
    with psycopg.connect(dsn) as conn:
        number = conn.execute("select number from catalog.dataset where id = 'mission'").fetchone()
        assert number
        parameters = asked(number[0], resolution, window, categories)
        sums = from_rows(conn.execute(query("sums.on_cells", "oracle"), {**parameters}).fetchall(), MEASURES, window)
        unplaced = dict(conn.execute(query("sums.unplaced", "oracle"), {**parameters}).fetchall())
    return {m: float(sums.expected(m).sum()) for m in MEASURES}, unplaced


@pytest.mark.parametrize("resolution", range(1, 6))
def test_every_report_is_precise_spread_or_unplaced_at_every_resolution(
    dsn: str, load_reports: Loads, resolution: int
) -> None:
    done = load_reports(dsn, MIX)
    assert done.placement == {"precise": 1, "spread": 2, "unplaced": 2}
    on_cells, unplaced = totals(dsn, resolution)
    assert on_cells == pytest.approx({"events": 3, "deaths": 18})
    assert unplaced == pytest.approx({"events": 2, "deaths": 9})


def test_days_are_split_over_windows(dsn: str, load_reports: Loads) -> None:
    """docs/statistics.md, row 2: 10 deaths from 29 January to 2 February are 6 in January and 4 in February."""
    load_reports(dsn, MIX[:1])
    january, _ = totals(dsn, 5, Window(date(2024, 1, 1), date(2024, 1, 31)))
    february, _ = totals(dsn, 5, Window(date(2024, 2, 1), date(2024, 2, 29)))
    assert (january["deaths"], february["deaths"]) == pytest.approx((6, 4))


@given(st.integers(1, 400), st.integers(0, 400), st.integers(1, 60))
def test_day_split_mass_sums_to_the_event(module_dsn: str, days: int, offset: int, step: int) -> None:
    split = """
        select sum(hex.share_of_days(e.first, e.last, w.d::date, (w.d + make_interval(days => %(step)s - 1))::date))
        from (select date '2024-01-01' + %(offset)s as first, date '2024-01-01' + %(offset)s + %(days)s - 1 as last) e,
          generate_series(timestamp '2023-12-01', timestamp '2027-01-01', make_interval(days => %(step)s)) as w (d)"""
    with psycopg.connect(module_dsn) as conn:
        row = conn.execute(split, {"days": days, "offset": offset, "step": step}).fetchone()
    assert row == pytest.approx((1.0,))


def test_the_view_by_day_holds_the_same_mass(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX)
    by_day = """
        select sum(amount), count(distinct day) from hex.fact_by_day
        where measure = 'deaths' and (resolution = 5 or placement <> 'p')"""
    with psycopg.connect(dsn) as conn:
        assert conn.execute(by_day).fetchone() == pytest.approx((27.0, 6))


def test_categories_are_kept_apart(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX)
    with psycopg.connect(dsn) as conn:
        codes = dict(conn.execute("select id, code from catalog.category").fetchall())
    assert totals(dsn, 5, categories=[codes["abduction"]])[0] == pytest.approx({"events": 1, "deaths": 5})


def test_the_same_twice_is_no_second_release(dsn: str, load_reports: Loads) -> None:
    first, second = load_reports(dsn, MIX), load_reports(dsn, list(reversed(MIX)))
    assert (first.status, first.release) == ("published", 1)
    assert (second.status, second.release, second.digest) == ("unchanged", None, first.digest)


def test_51_a_correction_moves_the_number_and_keeps_the_old_belief(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX)
    done = load_reports(dsn, [report("a", revision=2, deaths=4)])
    assert (done.release, done.events_opened, done.events_closed) == (2, 1, 1)
    assert totals(dsn, 5)[0]["deaths"] == pytest.approx(12)
    with psycopg.connect(dsn) as conn:
        beliefs = conn.execute(
            "select amounts[2], run_to is null from raw.event where key = 'a' order by run_from"
        ).fetchall()
    assert beliefs == [(10, False), (4, True)]


def test_an_older_revision_is_not_believed(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, [report("a", revision=5, deaths=4)])
    assert load_reports(dsn, [report("a", revision=4, deaths=9)]).status == "unchanged"


def test_replace_takes_away_what_is_missing(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX)
    done = load_reports(dsn, MIX[:2], replace=True)
    assert (done.events_opened, done.events_closed) == (0, 3)
    assert done.digest == load_reports(dsn, MIX[:2], dataset="fresh").digest


def test_loading_some_leaves_the_others(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX[:3])
    load_reports(dsn, MIX[3:])
    assert totals(dsn, 5)[1]["deaths"] == pytest.approx(9)


def test_one_key_counts_once_and_the_other_row_is_accounted_for(dsn: str, load_reports: Loads) -> None:
    done = load_reports(dsn, [report("a", revision=2, deaths=4), report("a", revision=1, deaths=9)])
    assert (done.rows_in, done.rows_loaded, done.quarantined) == (2, 1, {"superseded": 1})
    assert totals(dsn, 5)[0]["deaths"] == pytest.approx(4)


def test_52_refused_rows_keep_line_rule_and_reason_even_when_nothing_is_published(
    dsn: str, load_reports: Loads
) -> None:
    rows = [report("a"), report("b", longitude=0, latitude=0), report("c", day_from="banana")]
    with pytest.raises(QuarantineExceeded, match="2 of 3 rows were refused"):
        load_reports(dsn, rows, threshold=0.01)
    with psycopg.connect(dsn) as conn:
        kept = conn.execute("select line, rule, content->>'id' from raw.quarantine order by line").fetchall()
        assert [(line, key) for line, _, key in kept] == [(3, "b"), (4, "c")]
        assert conn.execute("select count(*) from catalog.release").fetchone() == (0,)
        assert conn.execute("select status from ops.run").fetchone() == ("failed",)


def test_48_a_second_start_is_locked_out(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX[:1])
    with psycopg.connect(dsn) as other:
        other.execute("select pg_advisory_lock(hashtext('hexwatch load'), number) from catalog.dataset")
        with pytest.raises(Locked):
            load_reports(dsn, MIX)
    assert load_reports(dsn, MIX).status == "published"


def test_44_a_load_that_died_is_named_by_the_next(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX[:1])
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("insert into ops.run (dataset, code_version) select number, 'x' from catalog.dataset")
        load_reports(dsn, MIX)
        assert conn.execute("select status, error from ops.run where code_version = 'x'").fetchone() == (
            "failed",
            "ended without a word",
        )


def test_another_resolution_is_refused_once_there_are_facts(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX)
    with pytest.raises(UsageError, match="already has facts at resolution 5"):
        load_reports(dsn, MIX, resolution=6)


def test_what_was_said_of_a_dataset_stays_until_it_is_said_anew(dsn: str, load_reports: Loads) -> None:
    load_reports(dsn, MIX[:1], title="Mission", attribution="Us")
    load_reports(dsn, MIX, licence="CC BY 4.0")
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select title, attribution, licence from catalog.dataset").fetchone() == (
            "Mission",
            "Us",
            "CC BY 4.0",
        )
    assert Description().title is None


state = st.tuples(
    st.integers(0, 9),
    st.sampled_from(["exact", "near", "region", "country"]),
    st.floats(15, 25),
    st.integers(0, 3),
    st.booleans(),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), state, max_size=6), min_size=1, max_size=4))
def test_51_incremental_loads_equal_a_full_rebuild(
    new_database, load_reports: Loads, history: list[dict[str, tuple]]
) -> None:
    """Any history of deliveries ends where loading only the last one would."""

    def rows(delivery: dict[str, tuple]) -> list[dict]:
        return [
            report(
                k,
                deaths=d,
                precision=p,
                longitude=lon,
                day_to=f"2024-01-{15 + extra}",
                category="battle" if b else "abduction",
            )
            for k, (d, p, lon, extra, b) in delivery.items()
        ]

    with new_database() as grown, new_database() as fresh:
        digests = [load_reports(grown, rows(delivery), replace=True).digest for delivery in history]
        assert load_reports(fresh, rows(history[-1])).digest == digests[-1]
