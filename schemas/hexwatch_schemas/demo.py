"""`hexwatch demo`: a made-up mission, from nothing to a map, by the same commands that a person would type."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from importlib.metadata import entry_points
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from .demo_visit import Service, Visit, visit
from .errors import HexwatchError
from .settings import Settings, settings
from .store import Store, open_store

_CODE = (".py", ".sql", ".toml")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Look at the map page, a style and a tile, then stop.")
    ] = False,
) -> None:
    """Load a made-up mission and serve it on a map until Ctrl-C.

    It lives in a store of its own, `demo` in the data folder, so that nothing synthetic ever stands beside real
    reports; only HEXWATCH_DATABASE_URL, where it is set, is used as it is. A second start finds everything loaded.

    Exit codes: 0 stopped, or all seen by --check; 1 something failed or was missing.
    """
    own = settings().model_copy(update={"data_folder": settings().data_folder / "demo"})
    try:
        with _signals_interrupt(), open_store(own) as store:
            _prepare(own, store)
            with _serving(own, _free_port(own, check)) as (service, process):
                seen = visit(service)
                typer.echo(seen.report() if check else _invitation(seen))
                if check:
                    raise typer.Exit(0 if seen.complete else 1)
                raise HexwatchError(f"The service ended by itself with exit code {process.wait()}.")
    except KeyboardInterrupt:
        typer.echo("Stopped.")


def _prepare(own: Settings, store: Store) -> None:
    """Simulate and load, unless exactly this code did so into exactly this database before."""
    folder, stamp = own.data_folder / "mission", own.data_folder / "loaded"
    wanted = _digest(store)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    typer.echo("Making up a mission and loading it; the next start finds it there.")
    folder.mkdir(parents=True, exist_ok=True)
    _hexwatch(own, "migrate", cwd=folder)
    _hexwatch(own, "simulate", "--quiet", "--load", "--out", str(folder), cwd=folder)
    stamp.write_text(wanted)


def _digest(store: Store) -> str:
    """What the loaded mission depends on: the database and the code of every part of the command."""
    seen = hashlib.sha256(store.admin_dsn.encode())
    for package in sorted({part.module.split(".")[0] for part in entry_points(group="hexwatch.commands")}):
        for name, file in sorted(_code(resources.files(package))):
            seen.update(f"{package}/{name}\n".encode())
            seen.update(file.read_bytes())
    return seen.hexdigest()


def _code(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.name.startswith("__"):
            yield from _code(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(_CODE):
            yield path + entry.name, entry


def _hexwatch(own: Settings, *arguments: str, cwd: Path) -> None:
    """One command in a process of its own: neither half of the program is imported here."""
    process = _start(arguments, _environment(own), cwd)
    with _ending(process):
        code = process.wait()
    if code:
        raise HexwatchError(f"`hexwatch {' '.join(arguments)}` ended with exit code {code} in {cwd}.")


@contextmanager
def _serving(own: Settings, port: int) -> Iterator[tuple[Service, subprocess.Popen[bytes]]]:
    """A running `hexwatch serve` that already answers."""
    process = _start(["serve"], {**_environment(own), "HEXWATCH_PORT": str(port)}, own.data_folder)
    with _ending(process):
        service = Service(f"http://{own.host}:{port}")
        while not service.answers():
            _still_running(process)
        yield service, process


def _still_running(process: subprocess.Popen[bytes]) -> None:
    """Gives a starting process a tenth of a second, or says that it has ended."""
    try:
        code = process.wait(timeout=0.1)
    except subprocess.TimeoutExpired:
        return
    raise HexwatchError(f"The service ended with exit code {code} before it answered.")


def _start(arguments: Sequence[str], environment: Mapping[str, str], cwd: Path) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we end the others in order.
    command = [Path(sysconfig.get_path("scripts")) / "hexwatch", *arguments]
    return subprocess.Popen(command, env=environment, cwd=cwd, start_new_session=True)  # noqa: S603


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """A plain kill and a closed terminal end the demo as tidily as Ctrl-C."""
    watched = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in watched]
    try:
        yield
    finally:
        for number, handler in zip(watched, before, strict=True):
            signal.signal(number, handler)


def _environment(own: Settings) -> dict[str, str]:
    return {**os.environ, "HEXWATCH_DATA_FOLDER": str(own.data_folder)}


def _free_port(own: Settings, check: bool) -> int:
    """The configured port; another one where it is taken, or where nobody is meant to find it."""
    for port in [0] if check else [own.port, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((own.host, port))
            except OSError:
                typer.echo(f"Port {port} of {own.host} is taken; using a free one.", err=True)
                continue
            return probe.getsockname()[1]
    raise HexwatchError(f"No port of {own.host} is free.", hint="Set HEXWATCH_HOST to an address of this machine.")


def _invitation(seen: Visit) -> str:
    return f"""
A made-up mission is on the map; nothing it shows ever happened.

  Map       {seen.map_page}
  TileJSON  {seen.tilejson}
  QGIS      Layer > Add Layer > Add Vector Tile Layer… > New Generic Connection
            URL        {seen.tiles}
            Zoom       {seen.zooms[0]} to {seen.zooms[1]}
            Style URL  {seen.style}

Ctrl-C stops everything."""
