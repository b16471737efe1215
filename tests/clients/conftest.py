"""A real server over real data, the client programs that are tried on it, and the table of what they found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.outcomes import FOUND
from fixtures.programs import environment, hexwatch, serving

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
def store(
    module_dsn: str, tmp_path_factory: pytest.TempPathFactory, shared_data: Path, request: pytest.FixtureRequest
) -> dict[str, str]:
    """Settings for programs, over a module's LOADS, or else violence, prefectures and patrols."""
    known = environment(module_dsn, tmp_path_factory.mktemp("data"), HEXWATCH_CORS_ORIGINS="*")  # a page from elsewhere
    for dataset, file, *options in getattr(request.module, "LOADS", LOADS):
        hexwatch(known, "load", dataset, shared_data / file, *options)
    return known


@pytest.fixture(scope="module")
def address(store: dict[str, str]) -> Iterator[str]:
    """Root of a running `hexwatch serve` over the store."""
    with serving(store) as root:
        yield root
