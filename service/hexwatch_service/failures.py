"""One table from errors to answers: a code and a sentence, never SQL, a path or a stack."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from hexwatch_schemas.errors import HexwatchError, NotFound, UsageError
from hexwatch_schemas.logs import REQUEST

from .access.credentials import CHALLENGE, Refused
from .answers import NEVER
from .database import Unavailable

log = logging.getLogger(__name__)

STATUS: dict[type[HexwatchError], int] = {NotFound: 404, UsageError: 400, Refused: 401, Unavailable: 503}

_MORE = {401: {"www-authenticate": CHALLENGE}, 503: {"retry-after": "2"}}

_UNKNOWN = "extra_forbidden"  # pydantic's name for a parameter that nobody declared


def failure(status: int, description: str) -> JSONResponse:
    """An error as OGC API - Common Part 1, 8.4 words it; never cached."""
    headers = {"cache-control": NEVER} | _MORE.get(status, {})
    names = {400: "BadRequest", 401: "Unauthorized", 404: "NotFound", 405: "MethodNotAllowed", 503: "Unavailable"}
    return JSONResponse({"code": names.get(status, "ServerError"), "description": description}, status, headers=headers)


def answer_to(path: str, error: Exception) -> JSONResponse:
    """The answer to an error; one that was not foreseen is written to the log."""
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
    if status == 500:
        log.error("%s failed", path, exc_info=error)
        asked = REQUEST.get()
        answer = failure(500, "Something failed here; it was written to the log.")
        answer.headers.update({"x-request-id": asked.id} if asked else {})  # by which the log has it
        return answer
    return failure(status, str(error))


async def _any(request: Request, error: Exception) -> JSONResponse:
    return answer_to(request.url.path, error)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError), "registered for these only"
    first = error.errors()[0]
    place, name = str(first["loc"][0]), ".".join(str(p) for p in first["loc"][1:])[:60]
    status = 404 if place == "path" else 400
    said = "There is no such parameter here; /api lists those there are" if first["type"] == _UNKNOWN else first["msg"]
    return failure(status, f"{name}: {said}." if name else f"{said}.")


async def _plain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException), "registered for these only"
    answer = failure(error.status_code, f"{error.detail}.")
    answer.headers.update(error.headers or {})  # such as the Allow of a 405 (RFC 9110, 15.5.6)
    return answer


def register(app: FastAPI) -> None:
    """Answer every error in one way."""
    app.add_exception_handler(HexwatchError, _any)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _any)
