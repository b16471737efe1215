"""The short cut gives what the framework gives, or nothing."""

from __future__ import annotations

import psycopg
import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from fixtures.reports import Loads, report
from hexwatch_service.tile_addresses import tile_at

from .conftest import REPORTS, Ways

TILE = "/tiles/mission/6/35/31.mvt"
ADDRESSES = [
    TILE,
    "/tiles/mission/6/35/31.pbf",
    "/tiles/mission/06/035/31.pbf",
    "/tiles/mission/6/0/0.mvt",
    "/tiles/mission/r2/6/35/31.mvt",
    "/tiles/mission/r2/6/0/0.mvt",
    "/tiles/m%69ssion/6/35/31.mvt",
    "/tiles/mission/0/0/0.mvt",
    *(f"{TILE}?{query}" for query in (
        "datetime=2024-02", "datetime=2024-01-01/..", "datetime=2024-01-01%2F2024-01-31", "category=abduction",
        "category=battle,abduction&cols=deaths", "cols=deaths,incidents", "cols=deaths&datetime=2024",
    )),
]  # fmt: skip
ELSEWHERE = [
    "/tiles/mission/r1/6/35/31.mvt",
    "/tiles/mission/r3/6/35/31.mvt",
    "/tiles/mission/r-2/6/35/31.mvt",
    "/tiles/mission/6/35/31.mvt/",
    "/tiles/mission/6/35/64.mvt",
    "/tiles/mission/-6/35/31.mvt",
    "/tiles/mission/30/35/31.mvt",
    "/tiles/mission/6/35/31.png",
    "/tiles/mission/٦/35/31.mvt",
    f"/tiles/mission/6/35/{10**26}.mvt",
    "/tiles//6/35/31.mvt",
    "/tiles/mission'--/6/35/31.mvt",
    *(f"{TILE}?{query}" for query in (
        "datetime=banana", "datetime=%00", "datetime=%ff", "datetime=2024&datetime=2023", "cols=", "cols", "&",
        "date=2024", "category=arson", "CATEGORY=battle", "cols=deaths&cols=deaths", "datetime=" + "2024" * 30,
    )),
]  # fmt: skip
ASKED = [{}, {"accept-encoding": "gzip"}, {"accept-encoding": "br;q=0.1, zstd"}, {"accept-encoding": "identity"}]


LAST = {"x-content-type-options", "x-request-id"}


def seen(answer: Response) -> tuple[int, dict[str, str], bytes]:
    """All that a client gets but for what the outermost layer adds to every answer."""
    headers = {name: value for name, value in answer.headers.items() if name not in LAST}
    headers["vary"] = headers.get("vary", "").removesuffix("authorization, x-api-key").removesuffix(", ")
    return answer.status_code, headers, answer.content


def test_both_ways_give_the_same(ways: Ways) -> None:
    for address in [*ADDRESSES, *ELSEWHERE]:
        for headers in ASKED:
            long = ways.long(address, **headers)
            assert seen(ways.short(address, **headers)) == seen(long), address
            held = {**headers, "if-none-match": long.headers.get("etag", '"x"')}
            assert seen(ways.short(address, **held)) == seen(ways.long(address, **held)), address


def test_the_short_cut_is_taken_where_there_is_a_tile_only(ways: Ways) -> None:
    async def framework(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body"})

    ways.front._app = framework
    assert {ways.short(address).status_code for address in ADDRESSES} == {200, 204}
    assert {ways.short(address).status_code for address in ELSEWHERE} == {418}


PIECES = st.sampled_from(
    ["tiles", "mission", "r2", "r1", "6", "35", "31", "31.mvt", "0", "-1", "31.pbf", "", "..", "99"]
)
QUERIES = st.sampled_from(
    ["", "datetime", "cols", "category", "=", "&", "2024", "deaths", "battle", ",", "%2", "é", "\udc80"]
)


def test_every_address_is_read_or_left_alone(ways: Ways) -> None:
    state = ways.front.api.state.hexwatch

    @given(st.lists(PIECES, max_size=8), st.lists(QUERIES, max_size=6))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def law(pieces: list[str], query: list[str]) -> None:
        path, asked = "/" + "/".join(pieces), "".join(query).encode("utf-8", "surrogateescape")
        assert tile_at(state, path, asked) is None or path.startswith("/tiles/mission/")

    # In the service's own thread: what it does meanwhile would use the generator of random numbers between two draws.
    ways.client.portal.call(law)  # pyright: ignore[reportOptionalMemberAccess]


def test_a_remembered_address_forgets_a_release_that_is_gone(ways: Ways, dsn: str, load_reports: Loads) -> None:
    before, named = ways.short(TILE), ways.short("/tiles/mission/r2/6/35/31.mvt")
    assert named.status_code == 200
    load_reports(dsn, [*REPORTS, report("new", longitude=18.2)])
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select max(number) from catalog.release").fetchone() == (3,)
    ways.client.portal.call(ways.front.api.state.hexwatch.refresh)  # pyright: ignore[reportOptionalMemberAccess]
    assert ways.short(TILE).headers["etag"] != before.headers["etag"]
    assert ways.short("/tiles/mission/r2/6/35/31.mvt").status_code == 404


@pytest.mark.parametrize("path", [TILE, "/tiles/mission/r2/6/35/31.mvt"])
def test_a_failure_is_worded_on_the_short_cut_too(ways: Ways, path: str) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret")

    ways.front.api.state.hexwatch.numbers.table = broken
    assert seen(ways.short(path)) == seen(ways.long(path))
    answer = ways.short(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert "secret" not in answer.text
