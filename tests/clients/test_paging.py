"""Thousands of features through the pages of real clients: each of them once, by its key."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from hexwatch_schemas.store import CLEARED, as_role
from hexwatch_schemas.words import Audience

LOADS = (
    ["iraq", "incidents/iraq_insurgencies_2007-02_2008-07.csv.gz", "--mapping", "docs/examples/iraq.toml",
     "--resolution", "8", "--threshold", "1"],
)  # fmt: skip
# Collection, the view that has the same rows, and what tells them apart.
COLLECTIONS = {"iraq_events": ("records.event", "key"), "iraq": ("layers.iraq", "h3")}
INSTALLED = os.environ.get("HEXWATCH_CLIENTS")

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not INSTALLED, reason="Run by ./run clients."),
]


def by_ogr2ogr(address: str, collection: str, key: str, folder: Path) -> list[str]:
    """Debian's GDAL, to a table."""
    table = folder / "all.csv"
    command = ["ogr2ogr", "-f", "CSV", "-select", key, table, f"OAPIF:{address}/", collection, "-oo", "PAGE_SIZE=1000"]
    subprocess.run(command, check=True, capture_output=True, timeout=500)
    with table.open() as file:
        return [row[key] for row in csv.DictReader(file)]


def by_wheels(address: str, collection: str, key: str, folder: Path) -> list[str]:
    """The GDAL that comes with pyogrio."""
    del folder
    code = "import json, sys, pyogrio; url, name, key = sys.argv[1:]\n"
    code += "print(json.dumps(pyogrio.read_dataframe(url, layer=name, read_geometry=False)[key].tolist()))"
    command = [Path(str(INSTALLED)) / "python", "-c", code, f"OAPIF:{address}/", collection, key]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=500)
    return json.loads(done.stdout)


def by_qgis(address: str, collection: str, key: str, folder: Path) -> list[str]:
    """A layer of QGIS, read to its end."""
    keys = folder / "keys.json"
    program = Path(__file__).with_name("qgis_keys.py")
    subprocess.run(
        ["/usr/bin/python3", program, f"{address}/", collection, key, keys],
        capture_output=True,
        timeout=500,
        check=False,
    )  # QGIS may crash when it ends
    return json.loads(keys.read_text())


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("read", [by_ogr2ogr, by_wheels, by_qgis])
def test_nothing_is_lost_or_repeated(
    read: Callable[[str, str, str, Path], list[str]], collection: str, address: str, module_dsn: str, tmp_path: Path
) -> None:
    view, key = COLLECTIONS[collection]
    statement = sql.SQL("select {} from {}").format(sql.Identifier(key), sql.Identifier(*view.split(".")))
    with psycopg.connect(as_role(module_dsn, CLEARED[Audience.PUBLIC])) as conn:
        expected = [found for (found,) in conn.execute(statement)]
    assert len(set(expected)) == len(expected) > 10_000
    found = Counter(read(address, collection, key, tmp_path))
    assert [name for name, times in found.items() if times > 1] == []
    assert found.keys() == set(expected)
