"""A real server over real data, the client programs that are tried on it, and the table of what they found."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.outcomes import FOUND

HEXWATCH = Path(sys.executable).with_name("hexwatch")
LOADS = (
    ["caf", "incidents/ucdp_ged231_caf.csv.gz", "--resolution", "5", "--title", "Violence, Central African Republic"],
    ["prefectures", "context/boundaries.gpkg", "--kind", "areas", "--layer", "ocha_codab_caf_adm1", "--level", "adm1",
     "--key", "admin1Pcod", "--name", "admin1Name", "--threshold", "0.1"],
    ["rangers", "tracks/smart_ranger_patrols_mara_2024-01.parquet", "--resolution", "8", "--threshold", "1"],
)  # fmt: skip


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What each program found, as a table."""
    rows = config.stash.get(FOUND, [])
    if rows:
        terminalreporter.section("clients")
        wide = max(len(client) for client, *_ in rows)
        for client, passed, failed in [("client", "passed", "failed"), *rows]:
            terminalreporter.write_line(f"{client:<{wide}} | {passed:>6} | {failed:>6}")


@pytest.fixture(scope="session")
def shared_clients(shared_data: Path) -> Path:
    """The folder of client programs, beside that of real data."""
    folder = shared_data.parent / "clients"
    if not (folder / "run_all.sh").is_file():
        missing = f"No client programs in {folder}; name the folder that holds `clients` in HEXWATCH_SHARED."
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return folder


@pytest.fixture(scope="session")
def pictures(root: Path) -> Path:
    """Where pictures, logs and reports are left to be looked at."""
    folder = root / "out/clients"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def environment(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the commands of this module find their database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXWATCH_")}
    return kept | {
        "HEXWATCH_DATABASE_URL": module_dsn,
        "HEXWATCH_DATA_FOLDER": str(tmp_path_factory.mktemp("data")),
        "HEXWATCH_AUDIENCE": "public",
        "HEXWATCH_CORS_ORIGINS": "*",  # the browser's page comes from elsewhere
    }


@pytest.fixture(scope="module")
def address(environment: dict[str, str], shared_data: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Root of a running `hexwatch serve` over a module's LOADS, or else violence, prefectures and patrols."""
    for dataset, file, *options in getattr(request.module, "LOADS", LOADS):
        arguments = [HEXWATCH, "load", dataset, shared_data / file, *options]
        done = subprocess.run(arguments, env=environment, check=False, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
    serve = [HEXWATCH, "serve", "--port", "0"]
    with subprocess.Popen(serve, env=environment, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr
        said = service.stderr.readline()
        found = re.search(r"http://\S+(?=/map)", said)
        try:
            assert found, said + service.stderr.read()
            yield found.group()
        finally:
            service.terminate()
            service.communicate(timeout=20)
