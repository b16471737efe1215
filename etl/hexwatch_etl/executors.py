"""Where tasks run: in this process, in a pool of processes, or on the workers of a Dask scheduler.

A task is a pure function of what it is given: run twice, or on two workers at once, it does no harm.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hexwatch_schemas import __version__
from hexwatch_schemas.errors import HexwatchError, UsageError

if TYPE_CHECKING:
    from distributed import Client

Task = TypeVar("Task")
Result = TypeVar("Result")

HERE = "here"
_POOL = re.compile(r"process(?::([1-9]\d{0,3}))?")
_DASK = re.compile(r"dask://([^/\s]+:\d{1,5})/?")
_PATIENCE = 10  # seconds until a scheduler that does not answer is not there
_AHEAD = 2  # tasks for each worker that are begun before results are taken: memory stays flat as tasks grow in number


class Run(Protocol):
    """Runs a function on each task; results come as they are ready, in any order."""

    def __call__(self, do: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]: ...


@contextmanager
def executor(where: str = HERE) -> Iterator[Run]:
    """The executor of a name: `here`, `process`, `process:N` or `dask://HOST:PORT`.

    Raises UsageError for another name and where the extra `dask` is missing, HexwatchError where no scheduler or no
    worker answers, and, while it runs, where a worker fails.
    """
    if where == HERE:
        yield _here
    elif found := _POOL.fullmatch(where):
        with _pool(int(found[1] or os.cpu_count() or 1)) as run:
            yield run
    elif found := _DASK.fullmatch(where):
        with _dask(found[1]) as run:
            yield run
    else:
        raise UsageError(f"{where!r} names no executor.", hint="Use here, process, process:N or dask://HOST:PORT.")


def _here(do: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    return map(do, tasks)


@contextmanager
def _pool(size: int) -> Iterator[Run]:
    # Threads of polars and numba would not survive a fork.
    with ProcessPoolExecutor(size, get_context("spawn"), _alone) as pool:
        try:
            yield _taking(pool, size)
        except BrokenProcessPool:
            raise HexwatchError(
                "A process of the pool ended in the middle of its work.",
                hint=f"The machine may be short of memory: try fewer than {size}, with --executor process:N.",
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _alone() -> None:
    """Each process is one worker, whatever threads polars would like."""
    os.environ["POLARS_MAX_THREADS"] = "1"


def _taking(pool: Executor, workers: int) -> Run:
    """Submit so many tasks ahead, and another for each result that is taken."""

    def run(do: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        waiting: set[Future[Result]] = set()
        left = iter(tasks)
        while True:
            waiting |= {pool.submit(do, task) for task in islice(left, _AHEAD * workers - len(waiting))}
            if not waiting:
                return
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in ready)

    return run


@contextmanager
def _dask(address: str) -> Iterator[Run]:
    client = _client(address)
    try:
        threads = client.nthreads()
        assert isinstance(threads, dict), "the client is no asynchronous one"
        if not threads:
            raise HexwatchError(f"The Dask scheduler at {address} has no workers.", hint=f"Run: dask worker {address}")
        _refuse_other_versions(client, address)
        # Dask names a task by its function and arguments, so a task that is asked for twice is one.
        with client.get_executor(pure=True, retries=3) as pool:
            yield _explained(_taking(pool, sum(threads.values())), address)
    finally:
        client.close()


def _client(address: str) -> Client:
    try:
        from distributed import Client  # noqa: PLC0415 (an extra, and a second of imports)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"dask://{address} needs the extra `dask`.", hint="Install it: pip install 'hexwatch[dask]'"
        ) from error
    try:
        return Client(f"tcp://{address}", timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise HexwatchError(
            f"No Dask scheduler answers at {address}.", hint="Start one with: dask scheduler; then dask worker."
        ) from error


def _refuse_other_versions(client: Client, address: str) -> None:
    try:
        told = client.run(version)
    except Exception as error:  # what went wrong on a worker comes back as it was raised there
        raise _failed(address, error) from error
    assert isinstance(told, dict), "the client is no asynchronous one"
    found = set(told.values())
    if found != {__version__}:
        raise HexwatchError(
            f"Workers of {address} run Hexwatch {', '.join(sorted(found))}, here it is {__version__}.",
            hint="Install the same version on all machines.",
        )


def version() -> str:
    """Of Hexwatch, where this runs."""
    return __version__


def _explained(run: Run, address: str) -> Run:
    """What went wrong on a worker is told as such."""

    def explained(do: Callable[[Any], Result], tasks: Iterable[Any]) -> Iterator[Result]:
        results = run(do, tasks)
        while True:
            try:
                result = next(results)
            except StopIteration:
                return
            except HexwatchError:
                raise
            except Exception as error:
                raise _failed(address, error) from error
            yield result

    return explained


def _failed(address: str, error: Exception) -> HexwatchError:
    return HexwatchError(
        f"Work on the Dask workers of {address} failed: {type(error).__name__}: {error}",
        hint="Workers need this version of Hexwatch, memory, and the lake under the path that it has here.",
    )
