"""Files that are not what they seem, and names that lead elsewhere (17 to 21)."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fixtures.access import execute
from fixtures.command import Outcome

Cli = Callable[..., Outcome]
LEAKED = "root:x:0:0"
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
DOCTYPES = {
    "laughs": f'<!DOCTYPE gpx [<!ENTITY a "{"a" * 100}">{LAUGHS}]>',
    "file": '<!DOCTYPE gpx [<!ENTITY i SYSTEM "file:///etc/passwd">]>',
    "network": '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:1/x.dtd">',
}
VIRTUAL = (
    '<OGRVRTDataSource><OGRVRTLayer name="p"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "<GeometryType>wkbPoint</GeometryType></OGRVRTLayer></OGRVRTDataSource>"
)


def areas(cli: Cli, dsn: str, file: Path) -> Outcome:
    return cli("load", "zones", file, "--kind", "areas", "--level", "adm1", "--key", "code", "--name", "name", dsn=dsn)


def refused(done: Outcome) -> None:
    assert done.code in (1, 2), done.stdout
    assert LEAKED not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["zones.kml", "zones.geojson", "zones.gpkg", "zones.vrt"])
def test_17_a_virtual_dataset_under_another_name(cli: Cli, dsn: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(VIRTUAL)
    refused(areas(cli, dsn, tmp_path / name))
    assert execute(dsn, "select count(*) from catalog.area") == [(0,)]


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_18_xml_with_a_doctype(cli: Cli, dsn: str, tmp_path: Path, doctype: str) -> None:
    text = f'<?xml version="1.0"?>{DOCTYPES[doctype]}<gpx version="1.1"><metadata><name>&i;</name></metadata></gpx>'
    (tmp_path / "way.gpx").write_text(text)
    refused(cli("load", "way", tmp_path / "way.gpx", dsn=dsn))


def test_19_a_small_file_that_unpacks_to_a_large_one(cli: Cli, dsn: str, tmp_path: Path) -> None:
    zeros, packed = bytes(200 << 20), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("reports.csv", zeros)
    (tmp_path / "reports.zip").write_bytes(packed.getvalue())
    (tmp_path / "reports.csv.gz").write_bytes(gzip.compress(zeros, 9))
    for name in ("reports.zip", "reports.csv.gz"):
        refused(cli("load", "mission", tmp_path / name, dsn=dsn))


@pytest.mark.parametrize("first", "=+-@")
def test_20_cells_that_a_spreadsheet_would_compute(client: TestClient, mission: str, first: str) -> None:
    execute(mission, "update raw.event set place = %s", f"{first}cmd|x!A0")
    text = client.get("/collections/quartz_events/items", params={"f": "csv"}).text
    cells = [cell.strip('"') for line in text.splitlines()[1:] for cell in line.split(",")]
    assert [cell for cell in cells if "cmd|x" in cell], text
    assert not [cell for cell in cells if cell.startswith(f"{first}cmd")], text


TRAVERSALS = [
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "....//etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "/etc/passwd",
]


def test_21_names_that_lead_elsewhere(client: TestClient) -> None:
    for name in TRAVERSALS:
        for path in ("/static/", "/styles/quartz/", "/styles/", "/legend/quartz/", "/connect/", "/rasters/", "/t/"):
            answer = client.get(f"{path}{name}")
            assert answer.status_code in (400, 401, 404), (path, name)
            assert LEAKED not in answer.text
        assert client.get("/collections/quartz/items", params={"f": f"gpkg/{name}"}).status_code in (400, 406)
