"""Real files, end to end on PostGIS: what their makers count is what the store holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import h3.api.basic_int as h3
import psycopg
import pytest

from hexwatch_etl.areas import AreaRequest, load_areas
from hexwatch_etl.catalogue import Description
from hexwatch_etl.load import Report, Request, load
from hexwatch_etl.mapping import load_mapping
from hexwatch_schemas.queries import query
from hexwatch_schemas.windows import Window
from oracle.sums import asked

ALWAYS = Window(date(1980, 1, 1), date(2030, 12, 31))
CAF_CSV, CAF_GEOJSON = "incidents/ucdp_ged231_caf.csv.gz", "incidents/ucdp_ged231_caf.geojson.gz"


@pytest.fixture(scope="module")
def conn(module_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_dsn, autocommit=True) as found:
        yield found


def load_file(
    conn: psycopg.Connection, dataset: str, file: Path, mapping: Path | None = None, **said: object
) -> Report:
    description = Description(**{"resolution": 5} | said)  # pyright: ignore[reportArgumentType]
    declared = load_mapping(mapping) if mapping else None
    return load(conn, Request(dataset, (file,), mapping=declared, description=description))


def totals(conn: psycopg.Connection, dataset: str, measure: str) -> dict[str, float]:
    """Mass by placement: precise and spread as the cells of resolution 5 show it, and what is unplaced."""
    row = conn.execute("select number from catalog.dataset where id = %s", (dataset,)).fetchone()
    assert row
    parameters = {**asked(row[0], 5, ALWAYS)}
    cells = conn.execute(query("sums.on_cells", "oracle"), parameters).fetchall()
    unplaced = dict(conn.execute(query("sums.unplaced", "oracle"), parameters).fetchall())
    precise, spread = (sum(r[i] for r in cells if r[1] == measure) for i in (2, 3))
    return {"precise": precise, "spread": spread, "unplaced": unplaced[measure]}


def test_central_african_republic(conn: psycopg.Connection, shared_data: Path) -> None:
    done = load_file(conn, "caf", shared_data / CAF_CSV)
    assert (done.rows_in, done.rows_loaded, done.rows_quarantined) == (1848, 1848, 0)
    assert done.remarks == {"bounds": 20}
    events, deaths = totals(conn, "caf", "events"), totals(conn, "caf", "deaths")
    assert sum(events.values()) == pytest.approx(1848, abs=1e-6)
    assert sum(deaths.values()) == pytest.approx(14948, abs=1e-6)
    by_precision = conn.execute(
        "select precision, count(*) from raw.event where dataset = 1 and run_to is null group by precision"
    )
    assert dict(by_precision.fetchall()) == {
        "exact": 1214,
        "near": 374,
        "adm2": 149,
        "adm1": 54,
        "region": 28,
        "country": 29,
    }
    assert events["precise"] == pytest.approx(1214)


def test_country_level_reports_light_no_hexagon(conn: psycopg.Connection, shared_data: Path) -> None:
    """Binned like points they would make 856b888bfffffff the eighth worst cell; nothing precise lies there."""
    done = load_file(conn, "caf-country", shared_data / CAF_CSV)
    where = "where dataset = (select number from catalog.dataset where id = 'caf-country') and precision = 'country'"
    cell = h3.str_to_int("856b888bfffffff")
    points = conn.execute(f"select st_x(location), st_y(location), cell, support from raw.event {where}").fetchall()
    assert len(points) == 29
    assert {h3.latlng_to_cell(lat, lon, 5) for lon, lat, *_ in points} == {cell}
    assert {(c, s) for *_, c, s in points} == {(None, None)}
    assert done.placement["unplaced"] == 29 + 54  # the 54 of a province wait for outlines
    in_cell = conn.execute("select count(*) from hex.fact where placement = 'p' and place = %s", (cell,)).fetchone()
    assert in_cell == (0,)


def test_provinces_are_placed_once_their_outlines_are_there(conn: psycopg.Connection, shared_data: Path) -> None:
    boundaries = shared_data / "context/boundaries.gpkg"
    load_areas(
        conn,
        AreaRequest("caf-adm1", boundaries, "adm1", layer="ocha_codab_caf_adm1", key="admin1Pcod", name="admin1Name"),
    )
    load_file(conn, "caf-areas", shared_data / CAF_CSV)
    again = load_file(conn, "caf-areas", shared_data / CAF_CSV, areas="caf-adm1")
    assert again.placement == {"precise": 1214, "spread": 605, "unplaced": 29}
    assert (again.release, again.events_opened) == (2, 54)
    assert sum(totals(conn, "caf-areas", "deaths").values()) == pytest.approx(14948, abs=1e-6)


def test_both_formats_of_one_file_have_one_digest_and_twice_is_no_release(
    conn: psycopg.Connection, shared_data: Path
) -> None:
    first = load_file(conn, "caf-csv", shared_data / CAF_CSV)
    twin = load_file(conn, "caf-geojson", shared_data / CAF_GEOJSON)
    again = load_file(conn, "caf-csv", shared_data / CAF_CSV)
    assert first.digest == twin.digest == again.digest
    assert (again.status, again.release) == ("unchanged", None)
    across = load_file(conn, "caf-csv", shared_data / CAF_GEOJSON)
    assert across.status == "unchanged"


def test_south_sudan(conn: psycopg.Connection, shared_data: Path) -> None:
    done = load_file(conn, "ssd", shared_data / "incidents/ucdp_hdx_ssd_2011_2021.csv.gz")
    assert (done.rows_in, done.rows_loaded) == (941, 941)
    assert sum(totals(conn, "ssd", "deaths").values()) == pytest.approx(13579, abs=1e-6)


# Rows as SOURCES.md counts them; a file that repeats rows keeps each of them.
@pytest.mark.parametrize(
    ("file", "rows", "mapping", "resolution"),
    [
        ("incidents/ucdp_ged231_sample1000.csv.gz", 1000, None, 4),
        ("incidents/awsd_security_incidents_1997_2025.csv.gz", 4337, None, 4),
        ("incidents/gdelt_20180101000000.export.CSV.gz", 2414, None, 4),
        ("incidents/ucdp_ged201_min6_1995_2019.csv.gz", 61296, "ucdp_min6", 5),
        ("incidents/iraq_insurgencies_2007-02_2008-07.csv.gz", 68573, "iraq", 5),
        ("incidents/chicago_aggravated_assaults.csv.gz", 148636, "chicago", 7),
        ("incidents/lancashire_asb_2022.tab.gz", 56434, "lancashire", 7),
        ("presence/geopko_v2.3_FrontMap_1994_2024.csv.gz", 8783, None, 5),
        ("presence/geopko_v2.3_TTMap_1994_2024.csv.gz", 7372, None, 5),
        ("presence/geopko_v2.3_TCCMap_1994_2024.csv.gz", 4927, None, 5),
        ("presence/geopko_v1.2_africa_1994_2018.csv.gz", 12190, None, 5),
    ],
)
def test_every_row_is_loaded(
    conn: psycopg.Connection, shared_data: Path, root: Path, file: str, rows: int, mapping: str | None, resolution: int
) -> None:
    dataset = re.sub(r"[^a-z0-9]+", "-", Path(file).name.lower())
    declared = root / f"docs/examples/{mapping}.toml" if mapping else None
    done = load_file(conn, dataset, shared_data / file, declared, resolution=resolution)
    assert (done.rows_in, done.rows_loaded, done.rows_quarantined) == (rows, rows, 0)
    assert sum(done.placement.values()) == rows
    stored = """
        select count(*) from raw.event e join catalog.dataset d on d.number = e.dataset
        where d.id = %s and e.run_to is null"""
    assert conn.execute(stored, (dataset,)).fetchone() == (rows,)
