"""What a property of a feature is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from hexwatch_schemas.errors import UsageError

Value = str | float | bool | date


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
    def kind(self) -> dict[str, Any]:
        """What its values are, as JSON Schema says it."""
        return {"type": self.type} | ({"format": self.format} if self.format else {})

    @property
    def json(self) -> dict[str, Any]:
        """As JSON Schema says it; units and roles as OGC API - Features Part 5 does."""
        said = {
            "title": self.title, "description": self.description, **self.kind, "x-ogc-unit": self.unit,
            "x-ogc-role": self.role,
        }  # fmt: skip
        return {k: v for k, v in said.items() if v is not None}

    def written(self, name: str, text: str) -> Value:
        """The value that a query parameter of a name writes. Raises UsageError where it is none of this kind."""
        try:
            return self._value(text)
        except ValueError:
            raise UsageError(f"{name}: {text[:40]!r} is no {self.format or self.type}.") from None

    def _value(self, text: str) -> Value:
        match self.format or self.type:
            case "date":
                return date.fromisoformat(text)
            case "date-time":
                return moment(text)
            case "string":
                return text
        found = orjson.loads(text)  # numbers and truths as JSON writes them
        if isinstance(found, bool) != (self.type == "boolean") or not isinstance(found, int | float):
            raise ValueError(text)
        if self.type == "integer" and not float(found).is_integer():
            raise ValueError(text)
        return found if isinstance(found, bool) else float(found)


def moment(text: str) -> datetime:
    """A date (its first moment, UTC) or timestamp. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
