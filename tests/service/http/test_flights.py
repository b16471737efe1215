"""Work that is kept, and never done twice at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexwatch_service.flights import Flights, Kept


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60))))
def test_what_is_kept_fits_the_budget_and_is_the_newest(steps: list[tuple[int, int]]) -> None:
    kept: Kept[tuple[int, int]] = Kept(100, lambda step: step[1])
    for step in steps:
        kept.keep(step[0], step)
        there = [found for key in range(10) if (found := kept._done.get(key))]
        assert kept._held == sum(size for _, size in there) <= 100
        assert kept.peek(step[0]) == step


def test_the_least_recently_used_goes_first() -> None:
    kept: Kept[str] = Kept(2, lambda _: 1)
    kept.keep("a", "a")
    kept.keep("b", "b")
    kept.peek("a")
    kept.keep("c", "c")
    assert [kept.peek(key) for key in "abc"] == ["a", None, "c"]


def test_many_who_ask_at_once_get_one_result() -> None:
    async def ask() -> tuple[list[int], int]:
        flights: Flights[int] = Flights(10, lambda _: 1)
        made, gate = [], asyncio.Event()

        async def make() -> int:
            made.append(1)
            await gate.wait()
            return len(made)

        asking = [asyncio.create_task(flights.get("key", make)) for _ in range(20)]
        await asyncio.sleep(0)
        asking[0].cancel()  # the one who began it leaves
        gate.set()
        return await asyncio.gather(*asking[1:]), await flights.get("key", make)

    assert asyncio.run(ask()) == ([1] * 19, 1)


def test_what_is_there_at_once_is_kept_like_all_else() -> None:
    async def ask() -> tuple[list[int], list[int]]:
        flights: Flights[int] = Flights(10, lambda _: 1)
        made: list[int] = []

        def make() -> int:
            made.append(7)
            return 7

        return [await flights.get("key", make) for _ in range(3)], made

    assert asyncio.run(ask()) == ([7] * 3, [7])


def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    async def ask() -> int:
        flights: Flights[int] = Flights(10, lambda _: 1)

        async def fail() -> int:
            raise LookupError("no")

        async def make() -> int:
            return 7

        first = asyncio.gather(*(flights.get("key", fail) for _ in range(3)), return_exceptions=True)
        assert [type(error) for error in await first] == [LookupError] * 3
        return await flights.get("key", make)

    assert asyncio.run(ask()) == 7


def test_nobody_left_to_hear_of_a_failure_is_no_noise(recwarn: pytest.WarningsRecorder) -> None:
    async def leave() -> list[dict]:
        complaints: list[dict] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        flights: Flights[int] = Flights(10, lambda _: 1)
        gate = asyncio.Event()

        async def fail() -> int:
            await gate.wait()
            raise LookupError("no")

        asking = asyncio.create_task(flights.get("key", fail))
        await asyncio.sleep(0)
        (under_way,) = flights._under_way.values()
        asking.cancel()
        gate.set()
        await asyncio.wait([under_way])
        del under_way
        return complaints

    assert asyncio.run(leave()) == []
    assert not recwarn.list
