"""Logs: lines for a person, or JSON objects for a machine; each names the run and the request that it is of."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

Form = Literal["text", "json"]

RUN: ContextVar[int | None] = ContextVar("run", default=None)
"""The load under way."""

_PLAIN = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "run", "request"}


class Asked:
    """A request; its id is the one that a proxy gave it (X-Request-ID), or made when somebody wants it."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """`headers` as ASGI has them."""
        self._headers = headers

    @cached_property
    def id(self) -> str:
        """Up to 64 letters, digits, dots, hyphens and underscores."""
        said = next((value for name, value in self._headers if name == b"x-request-id"), b"")
        return said.decode() if _PLAIN.fullmatch(said) else secrets.token_hex(8)


REQUEST: ContextVar[Asked | None] = ContextVar("request", default=None)
"""The request that is being answered."""


def about() -> dict[str, object]:
    """Run and request of whatever goes on here, those that there are."""
    asked = REQUEST.get()
    found = {"run": RUN.get(), "request": asked.id if asked else None}
    return {name: value for name, value in found.items() if value is not None}


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        said = "".join(f" {name}={value}" for name, value in about().items())
        return f"{super().format(record)}{said}"


class _Json(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `message`, run, request, what the line brings, and a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "message": record.getMessage(), **about(),
            **{name: value for name, value in vars(record).items() if name not in _USUAL},
        }  # fmt: skip
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, default=str, ensure_ascii=False)


def configure(form: Form) -> None:
    """Write what Hexwatch says to stderr; of libraries only what is amiss, for they may tell addresses and secrets."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("hexwatch_schemas", "hexwatch_etl", "hexwatch_service"):
        logging.getLogger(name).setLevel(logging.INFO)
