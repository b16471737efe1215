"""The private cluster: shared, adopted, stopped by the last one, and clear when it cannot start."""

from __future__ import annotations

import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fixtures.database import FORGETFUL
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.errors import ClusterError
from hexwatch_schemas.postgres import find_binaries
from hexwatch_schemas.postmaster import Postmaster, server_account
from hexwatch_schemas.settings import Settings

USE_CLUSTER = """
import sys
from pathlib import Path
from hexwatch_schemas.cluster import PrivateCluster
from hexwatch_schemas.settings import Settings
with PrivateCluster(Settings(data_folder=Path(sys.argv[1])), {"fsync": "off"}):
    print("in", flush=True)
    sys.stdin.read()
print("out", flush=True)
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data folder whose cluster is made once; every test leaves it stopped."""
    folder = Path(tempfile.mkdtemp(prefix="hexwatch-cluster-"))
    folder.chmod(0o711)
    with PrivateCluster(_settings(folder), FORGETFUL):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def settings(home: Path) -> Settings:
    return _settings(home)


@pytest.fixture
def server(settings: Settings) -> Iterator[Postmaster]:
    """The server behind the cluster, looked at from outside; running only if a test leaves it so."""
    found = Postmaster(settings.cluster_folder, settings.socket_folder, FORGETFUL)
    assert found.pid() is None
    yield found
    found.stop()


def _settings(folder: Path) -> Settings:
    return Settings(data_folder=folder)  # pyright: ignore[reportCallIssue]


def _another_process(home: Path) -> subprocess.Popen[str]:
    """A second process that uses the cluster until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", USE_CLUSTER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


def test_serves_postgis_and_stops(settings: Settings, server: Postmaster) -> None:
    with PrivateCluster(settings, FORGETFUL) as cluster, psycopg.connect(cluster.dsn()) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        row = connection.execute(
            "SELECT postgis_lib_version(), lower('BOUAR-É'), current_setting('TimeZone')"
        ).fetchone()
        assert row is not None
        assert row[1:] == ("bouar-é", "UTC")
        assert server.pid()
    assert server.pid() is None


def test_no_network_and_no_other_user(settings: Settings) -> None:
    with PrivateCluster(settings, FORGETFUL) as cluster, psycopg.connect(cluster.dsn()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        for folder in (settings.socket_folder, settings.cluster_folder):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.stat().st_uid == server_account().pw_uid != 0


def test_a_login_is_itself_and_nobody_else(settings: Settings) -> None:
    with PrivateCluster(settings, FORGETFUL) as cluster:
        with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
            connection.execute("CREATE ROLE onlooker LOGIN")
        with psycopg.connect(cluster.dsn("onlooker")) as connection:
            assert connection.execute("SELECT session_user, current_user").fetchone() == ("onlooker", "onlooker")


def test_last_one_out_stops_it(home: Path, settings: Settings, server: Postmaster) -> None:
    with PrivateCluster(settings, FORGETFUL):
        first = server.pid()
        other = _another_process(home)
        assert server.pid() == first
    assert server.pid() == first
    said, _ = other.communicate()
    assert said == "out\n"
    assert server.pid() is None


def test_adopts_a_server_whose_owner_was_killed(home: Path, settings: Settings, server: Postmaster) -> None:
    orphaned = _another_process(home)
    orphaned.kill()
    orphaned.communicate()
    survivor = server.pid()
    assert survivor
    with PrivateCluster(settings, FORGETFUL) as cluster:
        assert server.pid() == survivor
        psycopg.connect(cluster.dsn()).close()
    assert server.pid() is None


def test_survives_a_killed_server(settings: Settings, server: Postmaster) -> None:
    server.start()
    pid = server.pid()
    assert pid
    ended = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([ended], [], [], 30)[0], "a pidfd is readable when its process has ended"
    os.close(ended)
    with PrivateCluster(settings, FORGETFUL) as cluster:
        psycopg.connect(cluster.dsn()).close()


def test_pid_file_that_names_another_program(settings: Settings, server: Postmaster) -> None:
    note = settings.cluster_folder / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{settings.cluster_folder}\n1\n5432\n\n\n")
    with PrivateCluster(settings, FORGETFUL) as cluster:
        assert server.pid() != os.getpid()
        psycopg.connect(cluster.dsn()).close()


def test_interrupt_of_the_terminal_does_not_reach_the_server(home: Path, server: Postmaster) -> None:
    user = _another_process(home)
    pid = server.pid()
    assert pid
    assert os.getpgid(pid) != os.getpgid(user.pid)
    assert os.getsid(pid) != os.getsid(user.pid)
    user.communicate()


def test_bad_setting_shows_the_log(settings: Settings, server: Postmaster) -> None:
    with pytest.raises(ClusterError, match="no_such_setting"), PrivateCluster(settings, {"no_such_setting": "1"}):
        pytest.fail("a server with an unknown setting must not start")
    assert server.pid() is None


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    settings.socket_folder.symlink_to(tmp_path)
    with pytest.raises(ClusterError, match="not ours"), PrivateCluster(settings, FORGETFUL):
        pytest.fail("a symbolic link must not be followed")


def test_folder_without_postgres_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXWATCH_PG_BIN", str(tmp_path))
    with pytest.raises(ClusterError, match="apt-get install"):
        find_binaries()


def test_missing_version_names_what_is_there() -> None:
    here = find_binaries()
    with pytest.raises(ClusterError, match=rf"PostgreSQL 9.*found.*{here.version} in"):
        find_binaries(9)
