"""A visitor of a running service: the addresses that a person needs, and what lies behind them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import ProxyHandler, build_opener

import numpy as np

from .errors import HexwatchError
from .hexgrid import HALF_WORLD, mercator
from .tiles import Tile

_MVT_LAYER = b"\x1a"  # field 3, length-delimited: every vector tile with a layer begins so (Mapbox Vector Tile 2.1)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    url: str
    status: int
    media_type: str
    body: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.status} {self.media_type or '-'}, {len(self.body):,} bytes, {self.url}"


class Service:
    """A service at `origin`, asked directly whatever proxy the environment names."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._opener = build_opener(ProxyHandler({}))

    def get(self, path: str) -> Answer:
        """The answer to one GET; a refusal (4xx, 5xx) is an answer too. Raises URLError where nobody listens."""
        url = urljoin(self.origin, path)
        try:
            with self._opener.open(url, timeout=60) as reply:
                return Answer(url, reply.status, reply.headers.get_content_type(), reply.read())
        except HTTPError as refusal:
            with refusal:
                return Answer(url, refusal.code, refusal.headers.get_content_type(), refusal.read())

    def answers(self) -> bool:
        """Whether it accepts requests."""
        try:
            self.get("/layers")
        except (URLError, ConnectionError):
            return False
        return True

    def document(self, path: str) -> dict[str, Any]:
        """A JSON object. Raises HexwatchError when the answer is anything else."""
        answer = self.get(path)
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if answer.status != 200 or not isinstance(found, dict):
            raise HexwatchError(f"The service did not give a JSON object: {answer}.")
        return found


@dataclass(frozen=True)
class Visit:
    """The addresses of one layer and the answers that were seen there."""

    layer: str
    map_page: str
    tilejson: str
    tiles: str
    zooms: tuple[int, int]
    style: str
    answers: dict[str, Answer]
    missing: list[str]

    @property
    def complete(self) -> bool:
        """Whether page, style and tile hold what they should."""
        return not self.missing

    def report(self) -> str:
        """What was seen, a line each."""
        lines = [f"{name:<9} {answer}" for name, answer in self.answers.items()]
        return "\n".join(
            [*lines, *(f"Missing: {what}" for what in self.missing), "" if self.missing else "All there."]
        ).strip()


def visit(service: Service) -> Visit:
    """Follow the service's own links from its layers to a page, a style and a tile that is not empty."""
    layers = service.document("/layers")["layers"]
    if not layers:
        raise HexwatchError("The service has no layer.", hint="See what `hexwatch load` said.")
    layer = next((one for one in layers if one.get("synthetic")), layers[0])
    tilejson, style = f"/tiles/{layer['id']}/tilejson.json", f"/styles/{layer['id']}/{layer['default_indicator']}.json"
    described = service.document(tilejson)
    page = service.get("/map")
    answers = {
        "map page": page,
        "script": _script(service, page),
        "style": service.get(style),
        "tile": _tile(service, described),
    }
    return Visit(
        layer=layer["id"],
        map_page=page.url,
        tilejson=urljoin(service.origin, tilejson),
        tiles=described["tiles"][0],
        zooms=(described["minzoom"], described["maxzoom"]),
        style=answers["style"].url,
        answers=answers,
        missing=[name for name, answer in answers.items() if not _EXPECTED[name](answer)],
    )


def _script(service: Service, page: Answer) -> Answer:
    """The page's own script: without it the page would be there and empty."""
    named = re.search(rb'<script[^>]* src="([^"]+)"', page.body)
    return service.get(urljoin(page.url, named.group(1).decode())) if named else Answer(page.url, 404, "", b"")


def _tile(service: Service, described: dict[str, Any]) -> Answer:
    """The first tile with content among those of the lowest zoom that covers the layer."""
    west, south, east, north = described["bounds"]
    first, last = (_tile_at(lon, lat, described["minzoom"]) for lon, lat in ((west, north), (east, south)))
    answer = Answer(described["tiles"][0], 404, "", b"")
    for x, y in product(range(first.x, last.x + 1), range(first.y, last.y + 1)):
        answer = service.get(_address(described["tiles"][0], Tile(first.z, x, y)))
        if answer.body:
            break
    return answer


def _tile_at(longitude: float, latitude: float, zoom: int) -> Tile:
    east, north = mercator(np.array([[longitude, latitude]]))[0]
    size, last = Tile(zoom, 0, 0).size, (1 << zoom) - 1
    column, row = (int((HALF_WORLD + away) // size) for away in (east, -north))
    return Tile(zoom, min(column, last), min(row, last))


def _address(template: str, tile: Tile) -> str:
    return template.replace("{z}", str(tile.z)).replace("{x}", str(tile.x)).replace("{y}", str(tile.y))


def _style_is_drawn(answer: Answer) -> bool:
    style = json.loads(answer.body) if answer.status == 200 else {}
    return style.get("version") == 8 and bool(style.get("layers"))


_EXPECTED = {
    "map page": lambda answer: answer.status == 200 and b"<html" in answer.body.lower(),
    "script": lambda answer: answer.status == 200 and "javascript" in answer.media_type,
    "style": _style_is_drawn,
    "tile": lambda answer: answer.status == 200 and answer.body.startswith(_MVT_LAYER),
}
