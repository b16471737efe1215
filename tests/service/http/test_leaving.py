"""A client that leaves takes its work with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import Request

from hexwatch_service.database import Unavailable
from hexwatch_service.leaving import while_there


def asked(leaves: asyncio.Event) -> Request:
    """A request without a body, whose client leaves when told."""
    said: list[dict[str, Any]] = [{"type": "http.request", "body": b""}]

    async def receive() -> dict[str, Any]:
        if said:
            return said.pop()
        await leaves.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http"}, receive)


def test_38_work_ends_when_its_client_leaves() -> None:
    async def use() -> bool:
        leaves, ended = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            leaves.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        with pytest.raises(Unavailable):
            await while_there(asked(leaves), work())
        return ended.is_set()

    assert asyncio.run(use())


def test_who_stays_gets_what_came_of_it() -> None:
    async def use(outcome: Any) -> Any:
        async def work() -> Any:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return await while_there(asked(asyncio.Event()), work())

    assert asyncio.run(use("an answer")) == "an answer"
    with pytest.raises(ValueError, match="it failed"):
        asyncio.run(use(ValueError("it failed")))
