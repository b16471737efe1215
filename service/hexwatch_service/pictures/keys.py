"""Key-value requests as OGC services read them: names in any case, values as text."""

from __future__ import annotations

from fastapi import Request

from hexwatch_schemas.errors import UsageError

from .frame import Frame

_DEGREES = {"CRS:84": "EPSG:4326", "OGC:CRS84": "EPSG:4326", "EPSG:900913": "EPSG:3857"}
# What a client may ask for; others would be looked up by name, which a client could make slow.
SYSTEMS = ("EPSG:3857", "EPSG:4326", "CRS:84")


class Keys:
    """The parameters of one request."""

    def __init__(self, request: Request) -> None:
        self._said = {name.lower(): value for name, value in request.query_params.items()}

    def get(self, name: str, default: str = "") -> str:
        """A value, cut to a sensible length."""
        return self._said.get(name, default)[:2000]

    def need(self, name: str) -> str:
        """A value. Raises UsageError where it is missing."""
        if not self.get(name):
            raise UsageError(f"{name.upper()} is missing.")
        return self.get(name)

    def whole(self, name: str) -> int:
        """A whole number. Raises UsageError."""
        text = self.need(name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise UsageError(f"{name.upper()}={text[:20]}: is no whole number.")
        return int(text)

    @property
    def time(self) -> str | None:
        """The time asked for; None for the default, also where a template was not filled in."""
        said = self.get("time")
        return None if said.lower() in ("", "default", "current", "{time}") else said

    def frame(self, crs_key: str, *, north_first: bool) -> Frame:
        """The frame of a map. Raises UsageError."""
        crs = self.need(crs_key).upper()
        if crs not in SYSTEMS and crs not in _DEGREES and not (crs.startswith("EPSG:") and crs[5:].isdigit()):
            raise UsageError(f"{crs_key.upper()}={crs[:40]}: is no reference system.")
        try:
            sides = [float(v) for v in self.need("bbox").split(",")]
            west, south, east, north = sides
        except ValueError:
            raise UsageError("BBOX has four numbers.") from None
        if north_first and crs == "EPSG:4326":
            west, south, east, north = south, west, north, east
        system = _DEGREES.get(crs, crs)
        return Frame((west, south, east, north), system, self.whole("width"), self.whole("height")).checked()
