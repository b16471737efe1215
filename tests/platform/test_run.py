"""`./run` where a machine lacks something: it says what is missing, or gets it and leaves nothing else changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.folders import ROOT

TOOLS = (
    "bash",
    "env",
    "cat",
    "cut",
    "sort",
    "tail",
    "head",
    "grep",
    "sed",
    "ls",
    "timeout",
    "sh",
    "id",
    "dirname",
    "sha256sum",
)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with a few tools only: no Python, no apt, no Docker, no Node."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


def _program(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def _bash(programs: Path, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a few lines of bash that may use the functions of `./run`."""
    return subprocess.run(
        ["bash", "-c", f"source {ROOT}/run; {script}"],
        env={"PATH": str(programs), "HOME": "/", **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_unknown_task_shows_the_help() -> None:
    done = subprocess.run([ROOT / "run", "fly"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "./run demo" in done.stderr
    assert done.stdout == ""


def test_help_is_for_reading() -> None:
    done = subprocess.run([ROOT / "run"], capture_output=True, text=True, check=True)
    assert "./run test" in done.stdout


def test_bench_without_a_name_says_which_there_are() -> None:
    done = subprocess.run([ROOT / "run", "bench"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    measurements = {file.stem for file in (ROOT / "bench").glob("*.py") if "\ndef main(" in file.read_text()}
    assert set(done.stderr.split("Which? ")[1].split()) == measurements


def test_without_python(programs: Path) -> None:
    done = _bash(programs, "find_python")
    assert done.returncode == 1
    assert "Python 3.11 or newer was not found" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_old_python_is_passed_over(programs: Path) -> None:
    _program(programs, "python3.11", "exit 1")
    _program(programs, "python3", "exit 0")
    assert _bash(programs, "find_python").stdout.strip() == str(programs / "python3")


def test_named_python_is_the_only_one_tried(programs: Path) -> None:
    _program(programs, "python3", "exit 0")
    done = _bash(programs, "find_python", HEXWATCH_PYTHON="no-such-python")
    assert done.returncode == 1


def test_missing_venv_module_without_apt_says_so(programs: Path) -> None:
    _program(programs, "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    done = _bash(programs, "make_venv")
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_interrupted_install_starts_anew(programs: Path, tmp_path: Path) -> None:
    steps = """
        cd "$WORK"; mkdir -p .venv/bin requirements; touch .venv/unfinished pyproject.toml .venv/bin/python
        echo 'one==1 \\' | tee requirements/runtime.txt > requirements/dev.txt
        make_venv() {
          echo made; rm -r .venv; mkdir -p .venv/bin
          printf '#!/bin/sh\\n' > .venv/bin/python; chmod +x .venv/bin/python
        }
        pip_install() { echo "pip $*"; [ -z "${STOP:-}" ] || exit 9; }
    """
    for tool in ("mkdir", "touch", "tee", "rm", "chmod"):
        (programs / tool).symlink_to(str(shutil.which(tool)))
    stopped = _bash(programs, steps + "STOP=yes need_python runtime", WORK=str(tmp_path))
    assert stopped.returncode == 9
    assert (tmp_path / ".venv/unfinished").exists()
    done = _bash(programs, steps + "need_python dev; need_python dev; need_python runtime", WORK=str(tmp_path))
    assert done.stdout.splitlines() == [
        "made",
        "pip --require-hashes --only-binary :all: -r requirements/dev.txt",
        "pip --no-index --no-deps --no-build-isolation --editable .",
    ]
    assert not (tmp_path / ".venv/unfinished").exists()


def test_without_postgis_apt_and_docker_says_what_to_install(programs: Path, tmp_path: Path) -> None:
    done = _bash(programs, "need_postgis", HEXWATCH_PG_BIN=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("Error: PostgreSQL 15 or newer was not found here")
    assert "apt-get install" in done.stderr


def test_named_database_needs_no_postgis(programs: Path, tmp_path: Path) -> None:
    done = _bash(programs, "need_postgis", HEXWATCH_PG_BIN=str(tmp_path), HEXWATCH_DATABASE_URL="dbname=mine")
    assert done.returncode == 0


def test_docker_serves_where_nothing_else_does_and_goes_again(programs: Path, tmp_path: Path) -> None:
    _program(
        programs,
        "docker",
        f"""echo "$@" >> {tmp_path}/asked
        case $1 in
          run) echo abc; echo "$POSTGRES_PASSWORD" > {tmp_path}/password ;;
          port) echo 127.0.0.1:40001 ;;
        esac""",
    )
    done = _bash(
        programs, "need_postgis; become sh -c 'echo \"$HEXWATCH_DATABASE_URL\"; exit 7'", HEXWATCH_PG_BIN=str(tmp_path)
    )
    password = (tmp_path / "password").read_text().strip()
    asked = (tmp_path / "asked").read_text()
    assert done.returncode == 7
    assert done.stdout.strip() == f"postgresql://hexwatch:{password}@127.0.0.1:40001/hexwatch"
    assert "--publish 127.0.0.1::5432" in asked
    assert asked.splitlines()[-1] == "stop abc"
    assert len(password) >= 32
    assert password not in asked, "arguments can be read by every user of the machine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into the folders of the package manager")
def test_apt_creates_no_system_cluster_and_cleans_up(programs: Path, tmp_path: Path) -> None:
    for tool in ("rm", "rmdir", "mkdir", "mktemp", "chmod"):
        (programs / tool).symlink_to(str(shutil.which(tool)))
    before = _system_files()
    notes = "/etc/postgresql-common/createcluster.d/hexwatch.conf /usr/sbin/policy-rc.d"
    _program(programs, "apt-get", f"cat {notes} > {tmp_path}/seen; echo no mirror; exit 3")
    done = _bash(programs, "apt_install postgresql-postgis")
    assert done.returncode == 1
    assert "no mirror" in done.stderr
    assert "create_main_cluster = false" in (tmp_path / "seen").read_text()
    assert "exit 101" in (tmp_path / "seen").read_text()
    assert _system_files() == before


def _system_files() -> list[str]:
    policy = Path("/usr/sbin/policy-rc.d")
    return [*map(str, Path("/etc/postgresql-common").glob("**/*")), policy.read_text() if policy.exists() else "none"]
