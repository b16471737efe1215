"""The reference page of every address of the service, made from its routes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from hexwatch_service import routes

TEXT = """\
Every address and the parameters that its route declares. What they mean together, formats, filters and caches are told
on the page [HTTP](http.md). Addresses below `/rasters/{raster}` that are not listed are TiTiler's. Items, zones, WMS
and WMTS read parameters of their standards besides."""


def addresses() -> str:
    """The page: a section for each file of routes."""
    parts = [f"{TEXT}\n"]
    for module in sorted(_modules(), key=lambda found: found.__name__):
        told = [line for route in module.router.routes if isinstance(route, APIRoute) for line in _row(route)]
        head = "| address | what | parameters |\n| --- | --- | --- |\n"
        parts.append(f"\n## {_title(module)}\n\n{head}{''.join(told)}")
    return "".join([*parts, _parameters()])


def _modules() -> list[ModuleType]:
    found = [import_module(f"{routes.__name__}.{module.name}") for module in iter_modules(routes.__path__)]
    return [module for module in found if hasattr(module, "router")]


def _title(module: ModuleType) -> str:
    return (module.__doc__ or module.__name__).split("\n")[0].rstrip(".")


def _row(route: APIRoute) -> Iterator[str]:
    what = _cell((route.description or "").split("\n\n")[0])
    asked = ", ".join(f"`{name}`" for name, _ in _asked(route.dependant))
    methods = "" if route.methods <= {"GET", "HEAD"} else f"{', '.join(sorted(route.methods))} "
    yield f"| {methods}`{re.sub(':path', '', route.path)}` | {what} | {asked} |\n"


def _asked(dependant: Dependant) -> Iterator[tuple[str, str]]:
    """Name and meaning of each query parameter; those of a model stand for themselves."""
    for parameter in dependant.query_params:
        fields = getattr(parameter.field_info.annotation, "model_fields", {parameter.alias: parameter.field_info})
        yield from ((field.alias or name, field.description or "") for name, field in fields.items())
    for part in dependant.dependencies:
        yield from _asked(part)


def _parameters() -> str:
    """What each parameter means, once."""
    all_routes = [route for module in _modules() for route in module.router.routes if isinstance(route, APIRoute)]
    told = sorted({found for route in all_routes for found in _asked(route.dependant) if found[1]})
    rows = [f"| `{name}` | {_cell(meaning)} |\n" for name, meaning in told]
    return f"\n## Parameters\n\n| parameter | meaning |\n| --- | --- |\n{''.join(rows)}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")
