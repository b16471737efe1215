"""What schemathesis is told about the standard; named to it in SCHEMATHESIS_HOOKS."""

from __future__ import annotations

from typing import Any

import schemathesis  # pyright: ignore[reportMissingImports]

MOST = 10_000  # the `maximum` of `limit` in the description, which clients take their page size from


@schemathesis.hook
def filter_query(_: Any, query: dict[str, Any] | None) -> bool:
    """Leave out a `limit` above its maximum: it is capped, no error (OGC 17-069r4, /req/core/fc-limit-response-1)."""
    limit = str((query or {}).get("limit", ""))
    return not (limit.isdecimal() and int(limit[:6]) > MOST)
