"""Documents and pages, with the links and headers that OGC clients read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, select_autoescape

from hexwatch_schemas import __version__

from ..answers import RawHeaders, Resource
from ..state import State
from .negotiation import chosen

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
HTML = "text/html; charset=utf-8"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

TEMPLATES = Environment(
    loader=PackageLoader("hexwatch_service"), autoescape=select_autoescape(default=True), trim_blocks=True
)
TEMPLATES.filters["pretty"] = lambda data: orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
# Pages bring a style sheet of this service and nothing else.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)

Document = dict[str, Any]


class Kind:
    """A way to write a document."""

    def __init__(self, media_type: str, *answers: str) -> None:
        self.media_type = media_type
        self.answers = answers or (media_type,)


PAGE = Kind(HTML, "text/html", "application/xhtml+xml")


def link(rel: str, href: str, media_type: str, title: str, **more: Any) -> Document:
    """A link as OGC API - Common words it."""
    return {"rel": rel, "href": href, "type": media_type, "title": title, **more}


async def document(
    request: Request,
    state: State,
    data: Document,
    *,
    media_type: str = JSON,
    headers: Mapping[str, str] = MappingProxyType({}),
    template: str = "document.html",
    **shown: Any,
) -> Response:
    """A small document as JSON or as a page, by `f` and Accept; clients ask each time whether it has changed."""
    offers = {"json": Kind(media_type, media_type.partition(";")[0], JSON), "html": PAGE}
    kind = chosen(offers, request.query_params.get("f"), request.headers.get("accept", ""))
    written = orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY)
    body = page(state, template, data=orjson.loads(written), **shown).encode() if kind is PAGE else written
    return await fixed(request, state, body, kind.media_type, {**headers, **policy_of(kind.media_type)})


async def fixed(
    request: Request, state: State, body: bytes, media_type: str, headers: Mapping[str, str] = MappingProxyType({})
) -> Response:
    """Bytes that are cheap to make."""
    resource = Resource(
        ("document", media_type, body),
        lambda: body,
        state.representations,
        media_type=media_type,
        cache_control="public, no-cache",
    )
    return await replied(request, resource, headers)


def page(state: State, template: str, **shown: Any) -> str:
    """A page for people."""
    return TEMPLATES.get_template(template).render(url=state.url, version=__version__, **shown)


def policy_of(media_type: str) -> Mapping[str, str]:
    """What a browser may do with an answer."""
    return {"content-security-policy": POLICY} if media_type == HTML else {}


async def replied(request: Request, resource: Resource, more: Mapping[str, str]) -> Response:
    """The reply to a request whose answer depends on Accept, with more headers.

    The short cut is not told of it: it knows addresses, not what their clients accept.
    """
    status, headers, body = await resource.reply(request.scope["headers"])
    response = Response(body, status)
    response.raw_headers = [*headers, *raw({"vary": "accept", **more})]
    return response


def raw(headers: Mapping[str, str]) -> RawHeaders:
    """Headers as ASGI has them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
