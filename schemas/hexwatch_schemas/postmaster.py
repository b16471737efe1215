"""One PostgreSQL server: made, started and stopped as the user it must run as."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hexwatch_schemas.errors import ClusterError
from hexwatch_schemas.postgres import find_binaries

LOGIN = "hexwatch"
PATIENCE = "--timeout=120"


def server_account() -> pwd.struct_passwd:
    """Who runs the server: we ourselves, or an unprivileged user for root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {account.pw_name: account for account in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


@dataclass(frozen=True)
class Postmaster:
    """The server of the cluster in `folder`, reached through a socket in `sockets`; `tuning` holds settings by name."""

    folder: Path
    sockets: Path
    tuning: Mapping[str, str]
    account: pwd.struct_passwd = field(default_factory=server_account)

    def pid(self) -> int | None:
        """The process id of this cluster's running server; None when there is none."""
        pid = _noted_pid(self.folder / "postmaster.pid")
        if pid is None or not _is_alive(pid):
            return None
        if not Path("/proc/self").exists():
            return pid
        try:
            return pid if Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.folder.resolve() else None
        except OSError:
            return None

    def start(self) -> None:
        """Starts the server and returns when it accepts connections; makes the cluster if there is none."""
        self.own(self.sockets)
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        self._configure()
        self._forget_foreign_pids()
        log = self.folder / "server.log"
        if log.exists():
            log.replace(self.folder / "server.log.1")
        self._control("start", f"--log={log}")

    def stop(self) -> None:
        """Ends the server by a fast shutdown (SIGINT): open transactions are rolled back, nothing is lost."""
        if self.pid():
            self._control("stop", "--mode=fast")

    def own(self, folder: Path) -> None:
        """Makes a folder that only the server's user may enter; refuses one that somebody else laid there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = folder.lstat()
        if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in (os.geteuid(), self.account.pw_uid):
            raise ClusterError(f"{folder} is not ours to use.", hint="Remove it, or set another HEXWATCH_DATA_FOLDER.")
        folder.chmod(0o700)
        os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def _create(self) -> None:
        """Makes the cluster beside its place and moves it there whole, so a killed attempt leaves nothing to repair."""
        part = self.folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        self.own(part)
        if self._run(["test", "-w", str(part)]).returncode:
            raise ClusterError(
                f"The user {self.account.pw_name} runs PostgreSQL but cannot enter {part.parent}.",
                hint="Set HEXWATCH_DATA_FOLDER to a folder whose parents everyone may pass, such as /var/lib/hexwatch.",
            )
        # Bytes order text the same on every machine; C.UTF-8 still knows that É is the capital of é.
        locale = ["--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8"]
        door = ["--auth-local=trust", "--auth-host=reject", f"--username={LOGIN}"]
        command = [find_binaries().program("initdb"), f"--pgdata={part}", *locale, *door]
        self._demand(self._run(command), "PostgreSQL could not make its cluster")
        part.replace(self.folder)

    def _configure(self) -> None:
        """Writes our settings at each start, so that a new program version or a moved folder takes effect."""
        values = {**self.tuning, "listen_addresses": "", "port": "5432", "unix_socket_directories": str(self.sockets)}
        quoted = {name: value.replace("'", "''") for name, value in values.items()}
        own, main = self.folder / "hexwatch.conf", self.folder / "postgresql.conf"
        own.write_text("".join(f"{name} = '{value}'\n" for name, value in quoted.items()))
        os.chown(own, self.account.pw_uid, self.account.pw_gid)
        if "include 'hexwatch.conf'" not in main.read_text():
            with main.open("a") as end:
                end.write("\ninclude 'hexwatch.conf'\n")

    def _forget_foreign_pids(self) -> None:
        """Removes notes of a process id that is alive but not our server's: PostgreSQL would refuse to start.

        After a restart of the machine the number may belong to another program; in a container whose first process
        reaps nobody it is the killed server's own zombie. Numbers of nobody are left to PostgreSQL. Backends that
        survive are noticed all the same, by their shared memory.
        """
        for note in (self.folder / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            pid = _noted_pid(note)
            if pid and _is_alive(pid) and pid != self.pid():
                note.unlink()

    def _control(self, action: str, *options: str) -> None:
        binaries = find_binaries(int((self.folder / "PG_VERSION").read_text()))
        common = [binaries.program("pg_ctl"), action, "--wait", "--silent", f"--pgdata={self.folder}", PATIENCE]
        self._demand(self._run([*common, *options]), f"PostgreSQL did not {action}")

    def _demand(self, done: subprocess.CompletedProcess[str], otherwise: str) -> None:
        if done.returncode:
            said = "\n".join([done.stdout.strip(), done.stderr.strip(), *self._last_words()]).strip()
            raise ClusterError(f"{otherwise} (exit code {done.returncode}, {self.folder}):\n{said}\n")

    def _last_words(self, lines: int = 12) -> list[str]:
        log = self.folder / "server.log"
        return log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Runs a program as the server's user, out of reach of the terminal's Ctrl-C and of PG… variables."""
        who = (self.account.pw_uid, self.account.pw_gid, []) if os.geteuid() == 0 else (None, None, None)
        return subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,
            user=who[0],
            group=who[1],
            extra_groups=who[2],
            umask=0o077,
        )


def _noted_pid(note: Path) -> int | None:
    try:
        return int(note.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
