"""How a route answers with a resource."""

from __future__ import annotations

from fastapi import Request, Response

from ..answers import Resource
from ..state import State


async def answered(request: Request, state: State, resource: Resource) -> Response:
    """The reply to a request; asked the same way again, the short cut gives it."""
    state.remember((request.scope["path"], request.scope["query_string"]), resource)
    status, headers, body = await resource.reply(request.scope["headers"])
    response = Response(body, status)
    response.raw_headers = list(headers)
    return response
