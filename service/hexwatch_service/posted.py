"""Outlines that clients post: read no further than an outline needs to be, and refused in words."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry
from starlette.types import Receive

from hexwatch_schemas.errors import UsageError

BODY = 2 << 20  # bytes


async def body(receive: Receive) -> bytes:
    """All of a posted body. Raises UsageError where it is longer than an outline needs to be."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > BODY:
            raise UsageError("The outline is too long.", hint=f"At most {BODY >> 20} MB; simplify it.")
    return b"".join(parts)


def outline(text: bytes) -> BaseGeometry:
    """The area of a GeoJSON geometry or feature (RFC 7946), in degrees. Raises UsageError."""
    try:
        area = shapely.make_valid(shapely.from_geojson(text.decode()))
    except (shapely.GEOSException, ValueError) as error:
        raise UsageError("The body is no GeoJSON.", hint="Post a Polygon or MultiPolygon.") from error
    if shapely.get_dimensions(area) != 2 or not area.area:
        raise UsageError("The outline encloses no area.", hint="Post a Polygon or MultiPolygon.")
    west, south, east, north = area.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise UsageError("The outline leaves the Earth.", hint="Write longitude and latitude in degrees.")
    return area
