"""Several worker processes behind one address (granian, chosen by `./run bench servers`)."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from urllib.error import URLError
from urllib.request import urlopen

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from hexwatch_schemas.errors import HexwatchError
from hexwatch_schemas.logs import configure
from hexwatch_schemas.migrate import prepared_store
from hexwatch_schemas.settings import Settings, settings

from .access.safety import refuse_unsafe
from .app import create_app
from .engine.warm import warm
from .front import Front

PATIENCE_MS = 15_000  # for a client to finish the head of its request, or to send another
STOP = 5  # seconds that answers under way may take when the service ends


def serve(chosen: Settings, ready: Callable[[str], object]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with the public address once the service answers.

    The store is held open here as well: a private cluster outlives each worker, and ends after the last.
    Raises HexwatchError where settings are unsafe, the address is taken, the store is not ready, or no worker stays.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the workers are there; tidily from the start
    with _reserved(chosen.host, chosen.port) as port, prepared_store(chosen) as store:
        chosen = chosen.model_copy(update={"port": port})
        refuse_unsafe(chosen, store.reader_dsn)
        _prepare_workers()
        os.environ |= {"HEXWATCH_HOST": chosen.host, "HEXWATCH_PORT": str(port)}  # workers read their own settings
        settings.cache_clear()  # as copies of this process they would else know those from before the port was known
        ended = threading.Event()
        threading.Thread(target=_tell, args=(chosen, ready, ended), daemon=True).start()
        try:
            _run(chosen)
        except SystemExit as end:
            if end.code:
                raise HexwatchError("The service ended; the reason stands above.") from None
        finally:
            ended.set()


def application() -> Front:
    """What each worker runs."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    configure(settings().log_format or "text")
    return create_app(settings())


def _prepare_workers() -> None:
    """On Linux workers begin as copies of this process: all is imported and compiled, and that memory is shared.

    A worker that died is replaced in a moment for the same reason. Elsewhere each prepares itself.
    """
    if sys.platform == "linux":
        warm()
        gc.freeze()  # a collection in a worker would write to, and so copy, every page of what it inherited
        multiprocessing.set_start_method("fork", force=True)


def _run(chosen: Settings) -> None:
    Granian(
        f"{__name__}:application",
        factory=True,
        interface=Interfaces.ASGI,
        address=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=PATIENCE_MS),
        websockets=False,
        backlog=2048,
        backpressure=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP,
        log_level=LogLevels.warning,
    ).serve()


@contextmanager
def _reserved(host: str, port: int) -> Iterator[int]:
    """The port, 0 replaced by a free one, kept from others for as long as the block lasts.

    Workers listen side by side (SO_REUSEPORT), so nothing would stop a second service from listening beside them: the
    first bind, without that option, fails where anybody listens. The second only holds the place.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as alone:
            port = alone.getsockname()[1]
        with socket.socket(family) as place:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            place.bind((host, port))
            yield port
    except OSError as error:
        raise HexwatchError(
            f"Cannot listen on {host}:{port}: {error.strerror}.", hint="Choose another with --port, or --port 0."
        ) from None


def _own_address(host: str, port: int) -> str:
    """Where this machine reaches itself."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _tell(chosen: Settings, ready: Callable[[str], object], ended: threading.Event) -> None:
    address = _own_address(chosen.host, chosen.port)
    while not ended.wait(0.05):
        try:
            urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310 (our own address)
        except (URLError, OSError):
            continue
        ready(chosen.origin)
        return


def _end_with_parent() -> None:
    """A worker whose parent was killed would hold the port and the store for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
