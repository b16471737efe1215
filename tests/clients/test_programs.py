"""Every client program over layers of real incidents and patrols: nothing fails but what is a client's own limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from clients.grounds import PROGRAMS, Folders, options, record_variables, variables
from clients.outcomes import tried
from hexwatch_schemas.store import CLEARED, as_role
from hexwatch_schemas.words import Audience

# Collection, the property that orders and colours it, and one of whole numbers that filters it.
LAYERS = {"caf": ("deaths", "deaths_precise"), "rangers": ("patrol_km", "visits")}
# Single records, and a property of whole numbers that filters them.
RECORDS = {"caf_events": "days", "rangers_tracks": "pings", "prefectures_areas": None}
# Those that come as wheels run in the suite too; the others with `./run clients`, which installs them.
IN_SUITE = ("gdalwheel", "owslib", "ogc_validate")
SYSTEM = ("qgis", "gdal36")  # Debian's own Python has them

pytestmark = pytest.mark.timeout(400)  # the first to come waits for the loads

INSTALLED = os.environ.get("HEXWATCH_CLIENTS")  # a virtual environment's programs
PYTHON = Path(INSTALLED) / "python" if INSTALLED else Path(sys.executable)
# Views, the column that tells rows apart, and one that must be there.
VIEWS = {
    "layers.caf": ("h3", "deaths"), "layers.rangers": ("h3", "metres"), "records.event": ("key", "placement"),
    "records.area": ("key", "name"),
}  # fmt: skip
JS = Path(__file__).with_name("node_modules")


@pytest.mark.parametrize("collection", LAYERS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_client_finds_nothing_wrong(
    program: str, collection: str, address: str, shared_clients: Path, pictures: Path, pytestconfig: pytest.Config
) -> None:
    if not INSTALLED and program not in IN_SUITE:
        pytest.skip("Run by ./run clients.")
    said = variables(address, collection, LAYERS[collection], Folders(pictures, shared_clients.parent, JS))
    _nothing_wrong(program, said, shared_clients, pytestconfig)


@pytest.mark.parametrize("collection", RECORDS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_client_finds_nothing_wrong_with_records(
    program: str, collection: str, address: str, shared_clients: Path, pictures: Path, pytestconfig: pytest.Config
) -> None:
    if not INSTALLED:
        pytest.skip("Run by ./run clients.")
    said = record_variables(address, collection, RECORDS[collection], Folders(pictures, shared_clients.parent, JS))
    _nothing_wrong(program, said, shared_clients, pytestconfig)


def _nothing_wrong(program: str, said: Mapping[str, str], shared_clients: Path, config: pytest.Config) -> None:
    python = Path("/usr/bin/python3") if program in SYSTEM else PYTHON
    command = [python, shared_clients / PROGRAMS[program][0], *options(program, said)]
    outcome = tried(config, f"{program}-{said['NAME']}", command, Path(said["OUT"]), dict(os.environ))
    assert outcome.passed, outcome.said
    assert not outcome.surprising, outcome.said


def test_qgis_opens_the_views_of_the_database(
    address: str, module_dsn: str, pictures: Path, pytestconfig: pytest.Config
) -> None:
    if not INSTALLED:
        pytest.skip("Run by ./run clients.")
    reader = as_role(module_dsn, CLEARED[Audience.PUBLIC])
    with psycopg.connect(reader) as conn:
        views = [f"{view}:{key}:{field}:{_count(conn, view)}" for view, (key, field) in VIEWS.items()]
    said = " ".join(f"{k}='{v}'" for k, v in conninfo_to_dict(reader).items())
    command = ["/usr/bin/python3", Path(__file__).with_name("postgis_check.py"), said, pictures, *views]
    outcome = tried(pytestconfig, "qgis-postgis", command, pictures, dict(os.environ))
    assert outcome.passed, address
    assert not outcome.failed, outcome.said


def _count(conn: psycopg.Connection, view: str) -> int:
    name = sql.Identifier(*view.split("."))
    return (conn.execute(sql.SQL("select count(*) from {}").format(name)).fetchone() or (0,))[0]
