"""Collections: every layer, its schema, and what can be asked and sorted by."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..described import qgis_url
from ..ogc.collections import collections as all_described
from ..ogc.collections import described
from ..ogc.documents import SCHEMA, document
from ..ogc.formats import registry
from ..ogc.recipes import recipes
from ..ogc.schema import schema as described_properties
from ..state import Held, TheCollection
from .ogc_parameters import Shown

router = APIRouter(prefix="/collections", tags=["collections"], include_in_schema=False)


@router.get("")
async def collections(request: Request, state: Held, _: Shown) -> Response:
    """All collections."""
    there = [*state.catalogue, *state.catalogue.stored.values()]
    return await document(request, state, all_described(there, state), template="collections.html")


@router.get("/{layer}")
async def collection(request: Request, layer: TheCollection, state: Held, _: Shown) -> Response:
    """One collection."""
    return await document(
        request, state, described(layer, state), template="collection.html", layer=layer,
        qgis=qgis_url(layer, state), formats=registry().values(), code=recipes(layer, state),
    )  # fmt: skip


@router.get("/{layer}/schema")
async def schema(request: Request, layer: TheCollection, state: Held, _: Shown) -> Response:
    """What its features have."""
    return await _properties(request, layer, state, "schema", geometry=True)


@router.get("/{layer}/queryables")
async def queryables(request: Request, layer: TheCollection, state: Held, _: Shown) -> Response:
    """What a filter may name."""
    return await _properties(request, layer, state, "queryables", geometry=True)


@router.get("/{layer}/sortables")
async def sortables(request: Request, layer: TheCollection, state: Held, _: Shown) -> Response:
    """What sortby may name."""
    return await _properties(request, layer, state, "sortables", geometry=False)


async def _properties(request: Request, layer: TheCollection, state: Held, name: str, *, geometry: bool) -> Response:
    said = described_properties(layer, state, name, geometry=geometry)
    return await document(request, state, said, media_type=SCHEMA, title=f"{layer.title}: {name}")
