"""What a property of a feature is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Property:
    """One property of a feature."""

    title: str
    type: str
    unit: str | None = None
    description: str | None = None
    role: str | None = None
    format: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        """As JSON Schema says it; units and roles as OGC API - Features Part 5 does."""
        said = {
            "title": self.title, "description": self.description, "type": self.type, "format": self.format,
            "x-ogc-unit": self.unit, "x-ogc-role": self.role,
        }  # fmt: skip
        return {k: v for k, v in said.items() if v is not None}
