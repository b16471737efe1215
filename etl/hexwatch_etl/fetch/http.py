"""One way to ask over HTTP: errors by class, backoff with jitter, a rate limit, Retry-After, whole bodies only."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from hexwatch_schemas import __version__
from hexwatch_schemas.errors import UsageError

from .fetched import UpstreamError

LARGEST_PAGE = 64 << 20  # bytes of an answer that is read into memory
LARGEST_FILE = 16 << 30  # bytes of one that goes to a file
LONGEST_WAIT = 300.0  # seconds that a source may send us away for
_TIMEOUT = httpx.Timeout(60, connect=15)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


class NoAnswer(UpstreamError):
    """It may go better the next time; `after` is when the source said so, in seconds."""

    after: float | None = None


@dataclass
class Http:
    """A client of one source."""

    per_second: float = 2.0
    attempts: int = 6
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 1.0  # seconds before the second attempt, at most; doubled each time
    _last: float = field(default=-1e9, init=False)
    wait: Callable[[float], None] = _pause

    def __post_init__(self) -> None:
        said = {"user-agent": f"hexwatch/{__version__}", **self.headers}
        self._client = httpx.Client(headers=said, timeout=_TIMEOUT, follow_redirects=False)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def json(self, url: str, parameters: Mapping[str, str | int] | None = None) -> Any:
        """The JSON document of an address. Raises UpstreamError."""

        def once() -> Any:
            with self._open(url, parameters, {}) as response:
                body = _whole(response)
            try:
                return json.loads(body)
            except ValueError as error:
                raise NoAnswer(f"{_shown(url)} answered with broken JSON: {error}.") from error

        return self._tried(once)

    def download(self, url: str, file: Path, conditions: Mapping[str, str]) -> httpx.Headers | None:
        """Write what an address has to a file; its headers, or None where it has not changed. Raises UpstreamError."""

        def once() -> httpx.Headers | None:
            with self._open(url, None, conditions) as response:
                if response.status_code == 304:
                    return None
                _write(response, file)
                return response.headers

        return self._tried(once)

    def _tried(self, once: Callable[[], Any]) -> Any:
        def seconds(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            told = error.after if isinstance(error, NoAnswer) else None
            return min(told, LONGEST_WAIT) if told is not None else jitter(state)

        jitter = wait_random_exponential(multiplier=self.pause, max=60)
        retrying = Retrying(
            retry=retry_if_exception_type(NoAnswer), wait=seconds, stop=stop_after_attempt(self.attempts),
            sleep=self.wait, reraise=True,
        )  # fmt: skip
        return retrying(once)

    def _open(self, url: str, parameters: Mapping[str, str | int] | None, headers: Mapping[str, str]) -> _Opened:
        due = self._last + 1 / self.per_second - time.monotonic()
        if due > 0:
            self.wait(due)
        self._last = time.monotonic()
        return _Opened(self._client, self._client.build_request("GET", url, params=parameters, headers=headers))


@dataclass
class _Opened:
    """An answer while it is read; faults on the way are worth another attempt."""

    client: httpx.Client
    request: httpx.Request
    response: httpx.Response | None = None

    def __enter__(self) -> httpx.Response:
        try:
            self.response = self.client.send(self.request, stream=True)
        except httpx.TransportError as error:
            raise NoAnswer(f"{_shown(str(self.request.url))} does not answer: {type(error).__name__}.") from error
        try:
            _refuse(self.response)
        except UpstreamError:
            self.response.close()
            raise
        return self.response

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self.response is not None:
            self.response.close()
        if isinstance(error, httpx.TransportError):
            raise NoAnswer(f"{_shown(str(self.request.url))} broke off: {type(error).__name__}.") from error


def _refuse(response: httpx.Response) -> None:
    """Errors by class: what may pass is tried again, what will not is told at once."""
    status, url = response.status_code, _shown(str(response.request.url))
    if status in (200, 304):
        return
    if status in (408, 425, 429) or status >= 500:
        again = NoAnswer(f"{url} answered {status}.", hint="Nothing was loaded; it is tried again at the next run.")
        again.after = _after(response.headers.get("retry-after"))
        raise again
    hint = "Check the token." if status in (401, 403) else "Check the address in the project file."
    raise UpstreamError(f"{url} answered {status}.", hint=hint)


def _after(text: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3): a number, or a date."""
    if text is None:
        return None
    try:
        return max(
            0.0, float(text) if text.strip().isdigit() else parsedate_to_datetime(text).timestamp() - time.time()
        )
    except (ValueError, TypeError):
        return None


def _whole(response: httpx.Response) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > LARGEST_PAGE:
            raise UpstreamError(f"{_shown(str(response.request.url))} sends more than {LARGEST_PAGE >> 20} MB a page.")
    return bytes(body)


def _write(response: httpx.Response, file: Path) -> None:
    size = 0
    with file.open("wb") as out:
        for part in response.iter_bytes():
            size += len(part)
            if size > LARGEST_FILE:
                raise UpstreamError(f"{_shown(str(response.request.url))} sends more than {LARGEST_FILE >> 30} GB.")
            out.write(part)


def _shown(url: str) -> str:
    """An address without its query, which may hold a secret."""
    return url.partition("?")[0]


def token(variable: str | None, *, needed: bool = False) -> str | None:
    """The token of an environment variable. Raises UsageError where it is needed and not there."""
    found = os.environ.get(variable, "").strip() if variable else ""
    if needed and not found:
        raise UsageError(f"{variable} holds no token.", hint="Set it in the environment; secrets stand in no file.")
    return found or None
