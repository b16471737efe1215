"""The commands of loads.json, on PostGIS: what stands in the end is what happened and was heard of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from fixtures.mission import Written, written
from hexwatch_etl.demo import Mission, reporting
from hexwatch_schemas.queries import query
from hexwatch_schemas.windows import Window
from oracle.sums import asked


def total(dsn: str, dataset: str, measure: str) -> float:
    """All mass of a measure in the store: in cells, spread, and unplaced."""
    with psycopg.connect(dsn) as conn:
        found = conn.execute("select number from catalog.dataset where id = %s", (dataset,)).fetchone()
        assert found
        parameters = {**asked(found[0], 4, Window(reporting.FIRST_DAY, reporting.LAST_DAY))}
        cells = conn.execute(query("sums.on_cells", "oracle"), parameters).fetchall()
        unplaced = dict(conn.execute(query("sums.unplaced", "oracle"), parameters).fetchall())
    return sum(precise + spread for _, name, precise, spread in cells if name == measure) + unplaced[measure]


def test_the_mission_loads_as_it_says(dsn: str, tmp_path: Path, cli: Callable) -> None:
    done = cli("simulate", "--out", tmp_path / "mission", "--scale", "0.15", "--load", "--json", dsn=dsn)
    assert done.code == 0, done.stderr
    made, zones, initial, revised, patrols, flights, access, watched = map(json.loads, done.stdout.splitlines())
    told = written(Mission(**made | {"folder": Path(made["folder"])}))
    mission = told.mission
    assert [report["rows_quarantined"] for report in (zones, initial, revised, patrols, flights, access)] == [0] * 6
    assert (zones["rows_loaded"], initial["rows_loaded"], revised["rows_loaded"]) == (
        13,
        mission.reports,
        mission.heard,
    )
    assert (patrols["rows_loaded"] + flights["rows_loaded"], access["rows_loaded"]) == (mission.pings, 4)
    assert {"coverage", "encounter_rate", "days_denied", "days_since_visit"} < set(watched["indicators"])
    # Corrections replace what stood, double reports are closed, all else is left alone.
    assert revised["events_opened"] == mission.corrected
    assert revised["events_closed"] == mission.corrected + mission.reports - mission.heard
    assert revised["placement"]["unplaced"] == told.revised["where_precision"].eq("country").sum()
    for measure, expected in standing(told).items():
        assert total(dsn, "vethara", measure) == pytest.approx(expected, abs=1e-6)


def standing(told: Written) -> dict[str, int]:
    heard = told.truth.drop_nulls("incident_id")
    return {"events": heard.height, "deaths": int(heard["deaths"].sum())}
