"""What the client programs look at: for each collection the variables that `run_all.sh` has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clients.outcomes import asked
from hexwatch_schemas.hexgrid import HALF_WORLD, mercator
from hexwatch_schemas.tiles import Tile

ZOOM = 6


@dataclass(frozen=True)
class Folders:
    """Where pictures go, what is shared between programs, and the browser's libraries."""

    out: Path
    shared: Path
    js: Path


# Of rasters, which the environment may name: empty is not looked at.
SETTABLE = ("WMTS", "WMTS_LAYER", "RASTER", "WMS", "WMS_LAYER", "COG", "TILESIZE", "OGCAPI_API")

# Option of each program: variable. What is empty is not looked at.
_FEATURES = {"--collection": "COLLECTION", "--expect-count": "COUNT", "--bbox": "BBOX"}
_RASTERS = {"--wmts": "WMTS", "--wmts-layer": "WMTS_LAYER"}
_WMS = {"--wms": "WMS", "--wms-layer": "WMS_LAYER"}
_GDAL = {
    "--oapif": "FEATURES", **_FEATURES, "--where": "EQUAL", "--where-count": "EQUAL_COUNT",
    "--expect-fields": "GFIELDS",
    "--mvt-tile": "MVT_TILE", "--mvt-set": "MVT_SET", "--tilejson": "TILEJSON", **_RASTERS, "--xyz": "RASTER",
    "--tilesize": "TILESIZE", "--cog": "COG", "--window": "EXTENT",
}  # fmt: skip
PROGRAMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "qgis": (
        "qgis_check.py",
        {
            "--out": "OUT", "--name": "NAME", "--oapif": "FEATURES", **_FEATURES, "--equal": "EQUAL",
            "--expect-fields": "QFIELDS", "--mvt": "TILEJSON", "--style": "STYLE", **_RASTERS, "--xyz": "RASTER",
            **_WMS, "--extent": "EXTENT",
        },
    ),
    "gdal36": ("ogr_check.py", {**_GDAL, "--ogcapi": "OGCAPI", "--ogcapi-api": "OGCAPI_API"}),
    "gdalwheel": ("ogr_check.py", _GDAL),
    "browser": (
        "browser_check.py",
        {
            "--out": "OUT", "--name": "NAME", "--tilejson": "TILEJSON", "--style": "STYLE", "--raster": "RASTER",
            "--h3": "H3ROWS", "--field": "FIELD", "--bounds": "EXTENT", "--js": "JS", "--page": "VIEWER",
            "--zoom-by": "ZOOM_BY",
        },
    ),
    "owslib": (
        "owslib_check.py",
        {
            "--features": "LANDING", **_FEATURES, "--filter": "EQUAL", "--filter-count": "EQUAL_COUNT",
            "--sortby": "SORTBY", **_RASTERS, "--tile": "TILE", **_WMS, "--wms-bbox": "WMS_BOX",
        },
    ),
    "ogc_validate": ("ogc_validate.py", {"": "LANDING", "--collection": "COLLECTION", "--schemas": "SCHEMAS"}),
}  # fmt: skip


def variables(address: str, collection: str, fields: tuple[str, str], folders: Folders) -> dict[str, str]:
    """The variables for a layer of hexagons, told by what the server says of itself."""
    field, whole = fields  # QGIS 3.22 compares six digits: an equal number is sought among whole ones
    items = f"{address}/collections/{collection}/items"
    first = asked(f"{items}?limit=1&sortby=-{field}")["features"][0]
    return {
        **_of_collection(address, collection, first, folders), **_equal(items, whole),
        "FEATURES": f"{address}/", "SORTBY": field, "FIELD": field,
        "QFIELDS": f"h3:string,{field}:double", "GFIELDS": f"h3:String,{field}:Real",
        "STYLE": f"{address}/styles/{collection}/{field}.json",
        "H3ROWS": f"{items}?limit=10000", "VIEWER": f"{address}/map",
        "OGCAPI": f"{address}/collections/{collection}", "OGCAPI_API": "ITEMS",
        **{name: os.environ[name] for name in SETTABLE if name in os.environ},
    }  # fmt: skip


def record_variables(address: str, collection: str, whole: str | None, folders: Folders) -> dict[str, str]:
    """The variables for single records.

    QGIS and GDAL are shown features only where all have a place: their programs hold one without, such as a report that
    is not exact, to be lost.
    """
    items = f"{address}/collections/{collection}/items"
    first = asked(f"{items}?limit=1")["features"][0]
    placed = asked(f"{items}?limit=1&filter=geometry%20IS%20NULL")["numberMatched"] == 0
    return {
        **_of_collection(address, collection, first, folders), **(_equal(items, whole) if whole else {}),
        "FEATURES": f"{address}/" if placed else "", "SORTBY": "key",
        "ZOOM_BY": "0",  # thin lines and points fill less of a picture than the program asks for
    }  # fmt: skip


def _of_collection(address: str, collection: str, first: Mapping[str, Any], folders: Folders) -> dict[str, str]:
    """What any collection has; `first` is one of its features."""
    bounds = asked(f"{address}/collections/{collection}")["extent"]["spatial"]["bbox"][0]
    longitude, latitude = _position(first["geometry"]["coordinates"])
    west, south, east, north = bounds
    box = [min((west + east) / 2, longitude - 0.1), min((south + north) / 2, latitude - 0.1), east, north]
    return {
        "OUT": str(folders.out), "NAME": collection, "SCHEMAS": str(folders.shared / "ogc"), "JS": str(folders.js),
        "LANDING": f"{address}/", "COLLECTION": collection,
        "COUNT": str(asked(f"{address}/collections/{collection}/items?limit=1")["numberMatched"]),
        "BBOX": ",".join(f"{n:.3f}" for n in box),
        "EXTENT": ",".join(f"{n:.4f}" for n in bounds),
        "TILEJSON": f"{address}/tiles/{collection}/tilejson.json",
        "MVT_SET": f"{address}/tiles/{collection}", "MVT_TILE": _tile(address, collection, longitude, latitude),
    }  # fmt: skip


def _equal(items: str, name: str) -> dict[str, str]:
    """One value of a property of whole numbers, the greatest, and how many have it."""
    value = asked(f"{items}?limit=1&sortby=-{name}")["features"][0]["properties"][name]
    matched = asked(f"{items}?limit=1&{name}={value}")["numberMatched"]
    return {"EQUAL": f"{name}={value}", "EQUAL_COUNT": str(matched)}


def _position(coordinates: Any) -> tuple[float, float]:
    """The first of a geometry."""
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return coordinates[0], coordinates[1]


def _tile(address: str, collection: str, longitude: float, latitude: float) -> str:
    """The vector tile of a position, at the zoom at which the programs read tile sets."""
    x, y = mercator(np.array([[longitude, latitude]]))[0].tolist()
    size = Tile(ZOOM, 0, 0).size
    return f"{address}/tiles/{collection}/{ZOOM}/{int((x + HALF_WORLD) / size)}/{int((HALF_WORLD - y) / size)}.pbf"


def options(program: str, said: Mapping[str, str]) -> list[str]:
    """The arguments of a program: those whose variable is not empty."""
    chosen = [(option, said.get(name, "")) for option, name in PROGRAMS[program][1].items()]
    return [word for option, value in chosen if value for word in _words(option, value)]


def _words(option: str, value: str) -> list[str]:
    """West of Greenwich a box begins like an option."""
    return [f"{option}={value}"] if option and value.startswith("-") else [word for word in (option, value) if word]
