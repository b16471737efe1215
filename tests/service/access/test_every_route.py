"""Every route, format and audience: what is not for somebody does not exist for them, anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import h3.api.basic_str as h3
import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from fixtures.access import LAYERS, Keys, execute, heard
from hexwatch_schemas.words import Audience
from hexwatch_service.access.readers import ANYONE, Reader
from hexwatch_service.ogc.formats import registry
from hexwatch_service.routes.operations import live
from hexwatch_service.routes.parameters import Nothing
from hexwatch_service.state import State

CELL = h3.latlng_to_cell(4.3612, 18.5549, 5)
ABSENT = "zircon"
PUBLIC, RESTRICTED, CONFIDENTIAL = "quartz", "velvet", "obsidian"
HIDDEN = {None: {RESTRICTED, CONFIDENTIAL}, "restricted": {CONFIDENTIAL}, "confidential": set()}
FILLED = {
    "indicator": "incidents", "z": "6", "x": "35", "y": "31", "ending": "png", "release": "1", "cell": CELL,
    "parent": h3.cell_to_parent(CELL, 3), "matrices": "WebMercatorQuad", "matrix": "6", "row": "31", "column": "35",
    "bbox": "auto", "size": "200x200", "zone": CELL, "dggrs": "H3", "style": "default", "time": "2024",
    "lon": "18.5", "lat": "4.3", "minx": "18", "miny": "4", "maxx": "19", "maxy": "5", "width": "64", "height": "64",
    "format": "png", "tileMatrixSetId": "WebMercatorQuad",
}  # fmt: skip


def paths(client: TestClient) -> list[str]:
    """Every GET of the application, those that the document leaves out among them."""
    api = client.app.api  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    return sorted(_all(api.routes))


def _all(routes: list[Any], before: str = "") -> Iterator[str]:
    for route in routes:
        nested = getattr(route, "original_router", None)
        if nested is not None:
            yield from _all(nested.routes, before + getattr(getattr(route, "include_context", None), "prefix", ""))
        elif isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            yield before + route.path


def filled(path: str, name: str) -> str:
    """An address of the route that names a layer."""

    def value(found: re.Match[str]) -> str:
        parameter = found[1].partition(":")[0]
        if parameter in ("layer", "raster", "collection"):
            return f"{name}.incidents" if path.startswith("/wmts") else name
        if parameter == "style_id":
            return f"{name}.incidents"
        if parameter == "name":
            return CELL
        return FILLED.get(parameter, "1")

    return re.sub(r"\{([^}]+)\}", value, path)


def addresses(client: TestClient, name: str) -> list[str]:
    """All routes with the name, in all formats."""
    plain = [filled(path, name) for path in paths(client) if not path.startswith(("/live", "/static", "/metrics"))]
    formats = ["html", "json", *registry()]
    items = [f"/collections/{name}{kind}/items?limit=2&f={f}" for f in formats for kind in ("", "_events")]
    described = [f"/collections/{name}{kind}?f={f}" for f in ("json", "html") for kind in ("", "_events")]
    maps = (
        f"layers={name}.incidents&styles=&crs=EPSG:3857&bbox=1900000,400000,2200000,600000&width=64&height=64"
        "&format=image/png&version=1.3.0&service=WMS"
    )
    kvp = [
        "/wms?service=WMS&request=GetCapabilities", "/wmts?service=WMTS&request=GetCapabilities",
        f"/wms?request=GetMap&{maps}", f"/wms?request=GetFeatureInfo&query_layers={name}.incidents&i=3&j=3&{maps}",
        f"/wms?request=GetLegendGraphic&layer={name}.incidents",
        f"/wmts?request=GetTile&layer={name}.incidents&tilematrixset=WebMercatorQuad&tilematrix=6&tilerow=31&tilecol=35",
    ]  # fmt: skip
    earlier = [f"/as-of/1{path}" for path in plain if name in path]
    return list(dict.fromkeys([*plain, *items, *described, *kvp, *earlier]))


def seen(answer: Response, name: str) -> tuple[int, dict[str, str], str]:
    """What a client can tell an answer by, whatever the layer is called."""
    text = re.sub(r'"(?:timeStamp|server_time)":"[^"]+"', "", answer.content.decode("latin-1"))
    headers = {k: v.replace(name, "NAME") for k, v in answer.headers.items() if k != "content-length"}
    return answer.status_code, headers, text.replace(name, "NAME")


def ask(client: TestClient, url: str, key: str | None) -> Response:
    return client.get(url, headers={"x-api-key": key} if key else {})


@pytest.fixture
def people(client: TestClient, keys: Keys) -> dict[str | None, str | None]:
    """A key of each clearance, and none."""
    found: dict[str | None, str | None] = {a: keys.give(a, a) for a in ("restricted", "confidential")}
    heard(client)
    return {None: None, **found}


def test_there_are_routes_to_walk(client: TestClient) -> None:
    assert len(paths(client)) > 50
    assert {"/tiles/{layer}/{z}/{x}/{y}.mvt", "/layers/{layer}", "/wms", "/collections/{layer}/items"} <= set(
        paths(client)
    )


def test_32_what_is_not_for_somebody_answers_as_what_is_not_there(
    client: TestClient, people: dict[str | None, str | None]
) -> None:
    for who, hidden in HIDDEN.items():
        for name in hidden | {"ghost"}:
            pairs = zip(addresses(client, name), addresses(client, ABSENT), strict=True)
            for url, other in pairs:
                answer, nothing = ask(client, url, people[who]), ask(client, other, people[who])
                assert seen(answer, name) == seen(nothing, ABSENT), (who, url)
                if answer.status_code >= 400:
                    assert answer.headers["cache-control"] in ("no-store", "private, no-store"), url


OTHERWISE = [
    ("HEAD", {}),
    ("POST", {}),
    ("OPTIONS", {}),
    ("GET", {"if-none-match": "*"}),
    ("GET", {"accept": "text/html"}),
]


def test_32_no_method_and_no_condition_tells_more(client: TestClient) -> None:
    pairs = zip(addresses(client, RESTRICTED), addresses(client, ABSENT), strict=True)
    for url, other in [pair for pair in pairs if "?" not in pair[0]]:
        for method, headers in OTHERWISE:
            answer = client.request(method, url, headers=headers)
            nothing = client.request(method, other, headers=headers)
            assert seen(answer, RESTRICTED) == seen(nothing, ABSENT), (method, url)


def test_32_no_answer_names_what_is_not_for_somebody(client: TestClient, people: dict[str | None, str | None]) -> None:
    for who, hidden in HIDDEN.items():
        for url in [*addresses(client, PUBLIC), "/metrics", "/status?f=html", "/status?f=json"]:
            text = ask(client, url, people[who]).content.decode("latin-1")
            assert not [name for name in hidden | {"ghost"} if name in text], (who, url)


def test_32_who_may_see_it_sees_it_everywhere(client: TestClient, people: dict[str | None, str | None]) -> None:
    for name, who in ((RESTRICTED, "restricted"), (RESTRICTED, "confidential"), (CONFIDENTIAL, "confidential")):
        pairs = zip(addresses(client, name), addresses(client, PUBLIC), strict=True)
        for url, other in pairs:
            answer, usual = ask(client, url, people[who]), client.get(other)
            assert answer.status_code == usual.status_code, (who, url)
            assert answer.headers["cache-control"] == "private, no-store", (who, url)
    assert set(LAYERS) == {PUBLIC, RESTRICTED, CONFIDENTIAL, "ghost"}


@pytest.mark.parametrize("who", HIDDEN)
def test_32_the_live_stream_tells_of_what_is_shown_and_ends_when_that_changes(
    client: TestClient, mission: str, who: str | None
) -> None:
    state: State = client.app.api.state.hexwatch  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
    reader = ANYONE if who is None else Reader(Audience(who), None, "anna")

    async def listen() -> tuple[str, object]:
        """What who listens hears, and last of all when somebody classifies a layer."""
        events = aiter((await live(state.seen_by(reader), Nothing())).body_iterator)
        first = str(await anext(events)) + str(await anext(events))
        execute(mission, "update catalog.dataset set audience = 'confidential' where id = 'velvet'")
        await state.judge()
        return first, await anext(events, None)

    assert client.portal
    told, last = client.portal.call(listen)
    assert {name for name in LAYERS if name in told} == set(LAYERS) - HIDDEN[who] - {"ghost"}
    assert last is None
